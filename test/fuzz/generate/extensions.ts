import { concatBytes } from '../../../src/core/bytes.ts';
import * as tags from '../../../src/core/der/tags.ts';
import { encodeElement, encodeNull, encodeOctetString, encodeSequence } from '../../../src/core/der/writer.ts';
import type { Random } from '../random.ts';
import {
  ascii,
  explicit,
  generalName,
  generalNames,
  instant,
  integer,
  NOTHING,
  name,
  namedBits,
  oid,
  serialNumber,
  TRUE,
  time,
} from './parts.ts';

type Value = (random: Random) => Uint8Array;

export function extension(extnID: string, value: Uint8Array, critical = false): Uint8Array {
  return encodeSequence(oid(extnID), critical ? TRUE : NOTHING, encodeOctetString(value));
}

const POLICIES = ['1.2.392.200149.8.5.1.0.20', '2.5.29.32.0', '1.3.6.1.4.1.99999.1', '2.16.840.1.101.3.2.1.48.1'];
const PURPOSES = ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2', '1.3.6.1.5.5.7.3.9', '2.5.29.37.0', '1.2.3.4'];

const subset = <T>(random: Random, all: readonly T[]): T[] => {
  const chosen = all.filter(() => random.oneIn(2));
  return chosen.length === 0 ? [random.pick(all)] : chosen;
};

const policyInformation = (random: Random, policy: string): Uint8Array => {
  const cps = encodeSequence(
    oid('1.3.6.1.5.5.7.2.1'),
    encodeElement(tags.IA5_STRING, ascii('http://www.jpki.go.jp/cps.html')),
  );
  return encodeSequence(oid(policy), random.oneIn(3) ? encodeSequence(cps) : NOTHING);
};

const distributionPoint: Value = (random) =>
  encodeSequence(
    explicit(0, explicit(0, generalNames(random))),
    random.oneIn(4) ? encodeElement(0x81, namedBits(random, 9)) : NOTHING,
    random.oneIn(4) ? explicit(2, explicit(4, name(random))) : NOTHING,
  );
const points: Value = (random) =>
  encodeSequence(...random.several(1 + random.below(2), () => distributionPoint(random)));
const altName: Value = (random) => encodeSequence(generalNames(random));
const access: Value = (random) =>
  encodeSequence(
    ...random.several(1 + random.below(2), () =>
      encodeSequence(oid(random.pick(['1.3.6.1.5.5.7.48.1', '1.3.6.1.5.5.7.48.2'])), generalName(random)),
    ),
  );
const subtrees = (random: Random): Uint8Array =>
  concatBytes(
    ...random.several(1 + random.below(2), () =>
      encodeSequence(random.oneIn(2) ? encodeElement(0x82, ascii('example.com')) : explicit(4, name(random))),
    ),
  );
const keyIdentifier = (random: Random): Uint8Array => random.octets(random.pick([8, 20, 32]));

const VALUES: Readonly<Record<string, Value>> = {
  '2.5.29.9': (random) =>
    encodeSequence(
      encodeSequence(
        oid('1.3.6.1.5.5.7.9.4'),
        encodeElement(tags.SET, encodeElement(tags.PRINTABLE_STRING, ascii(random.pick(['JP', 'US'])))),
      ),
    ),
  '2.5.29.14': (random) => encodeOctetString(keyIdentifier(random)),
  '2.5.29.15': (random) => encodeElement(tags.BIT_STRING, namedBits(random, 9)),
  '2.5.29.16': (random) =>
    encodeSequence(
      encodeElement(0x80, time(instant(random), true).subarray(2)),
      encodeElement(0x81, time(instant(random), true).subarray(2)),
    ),
  '2.5.29.17': altName,
  '2.5.29.18': altName,
  '2.5.29.19': (random) =>
    random.oneIn(2) ? encodeSequence() : encodeSequence(TRUE, random.oneIn(2) ? integer(random.below(300)) : NOTHING),
  '2.5.29.30': (random) =>
    encodeSequence(explicit(0, subtrees(random)), random.oneIn(2) ? explicit(1, subtrees(random)) : NOTHING),
  '2.5.29.31': points,
  '2.5.29.32': (random) =>
    encodeSequence(...subset(random, POLICIES).map((policy) => policyInformation(random, policy))),
  '2.5.29.33': (random) => encodeSequence(encodeSequence(oid(random.pick(POLICIES)), oid(random.pick(POLICIES)))),
  '2.5.29.35': (random) =>
    encodeSequence(
      encodeElement(0x80, keyIdentifier(random)),
      random.oneIn(4)
        ? concatBytes(explicit(1, explicit(4, name(random))), encodeElement(0x82, serialNumber(random).subarray(2)))
        : NOTHING,
    ),
  '2.5.29.36': (random) =>
    encodeSequence(
      encodeElement(0x80, Uint8Array.of(random.below(5))),
      random.oneIn(2) ? encodeElement(0x81, Uint8Array.of(random.below(5))) : NOTHING,
    ),
  '2.5.29.37': (random) => encodeSequence(...subset(random, PURPOSES).map(oid)),
  '2.5.29.46': points,
  '2.5.29.54': (random) => integer(random.below(10)),
  '1.3.6.1.5.5.7.1.1': access,
  '1.3.6.1.5.5.7.1.11': access,
  '1.3.6.1.5.5.7.48.1.5': () => encodeNull(),
  '1.2.3.4.5.6': (random) => random.octets(random.below(30)),
};

/** None to seven different extensions of certificates, some critical. */
export function certificateExtensions(random: Random): readonly Uint8Array[] {
  const ids = new Set(random.several(random.below(8), () => random.pick(Object.keys(VALUES))));
  return [...ids].map((id) => extension(id, (VALUES[id] as Value)(random), random.oneIn(3)));
}

export const subjectKeyIdentifier = (random: Random): Uint8Array => keyIdentifier(random);
export const authorityKeyIdentifier = (random: Random): Uint8Array =>
  extension('2.5.29.35', encodeSequence(encodeElement(0x80, keyIdentifier(random))));

/** onlyContainsUserCerts, onlyContainsCACerts, indirectCRL and a name, in allowed combinations (RFC 5280 §5.2.5). */
export function issuingDistributionPoint(random: Random): Uint8Array {
  const flag = random.pick([[0x81], [0x82], [], [0x84]]).map((tag) => Uint8Array.of(tag, 1, 0xff));
  const named = flag.length === 0 || random.oneIn(2) ? explicit(0, explicit(0, generalNames(random))) : NOTHING;
  return extension('2.5.29.28', encodeSequence(named, ...flag), true);
}
