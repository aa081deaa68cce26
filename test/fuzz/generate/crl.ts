import * as tags from '../../../src/core/der/tags.ts';
import { encodeElement, encodeSequence } from '../../../src/core/der/writer.ts';
import type { Random } from '../random.ts';
import { authorityKeyIdentifier, extension, issuingDistributionPoint } from './extensions.ts';
import { bitString, explicit, instant, integer, NOTHING, name, type Signing, serialNumber, time } from './parts.ts';

const REASONS = [0, 1, 2, 3, 4, 5, 6, 8, 9, 10];

function entryExtensions(random: Random): readonly Uint8Array[] {
  return [
    random.oneIn(2) ? extension('2.5.29.21', Uint8Array.of(tags.ENUMERATED, 1, random.pick(REASONS))) : NOTHING,
    random.oneIn(4) ? extension('2.5.29.24', time(instant(random), true)) : NOTHING,
    random.oneIn(16) ? extension('2.5.29.29', encodeSequence(explicit(4, name(random))), true) : NOTHING,
    random.oneIn(16) ? extension('1.2.3.4.5', encodeElement(tags.OCTET_STRING, random.octets(3))) : NOTHING,
  ].filter(({ length }) => length > 0);
}

function entry(random: Random, version2: boolean): Uint8Array {
  const extensions = version2 ? entryExtensions(random) : [];
  return encodeSequence(
    serialNumber(random),
    time(instant(random)),
    extensions.length === 0 ? NOTHING : encodeSequence(...extensions),
  );
}

/** A valid CRL of none to twelve entries; v1 one in eight times. */
export function generateCrl(random: Random, signing: Signing): Uint8Array {
  const version2 = !random.oneIn(8);
  const entries = random.several(random.below(12), () => entry(random, version2));
  const extensions = [
    authorityKeyIdentifier(random),
    extension('2.5.29.20', integer(random.next())),
    ...(random.oneIn(2) ? [issuingDistributionPoint(random)] : []),
    ...(random.oneIn(16) ? [extension('2.5.29.27', integer(random.below(100)), true)] : []),
  ];
  const tbs = encodeSequence(
    version2 ? integer(1) : NOTHING,
    signing.algorithm,
    name(random),
    time(instant(random)),
    random.oneIn(8) ? NOTHING : time(instant(random)),
    entries.length === 0 ? NOTHING : encodeSequence(...entries),
    version2 ? explicit(0, encodeSequence(...extensions)) : NOTHING,
  );
  return encodeSequence(tbs, signing.algorithm, bitString(signing.sign(tbs)));
}
