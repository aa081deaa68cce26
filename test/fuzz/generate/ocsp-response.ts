import { concatBytes } from '../../../src/core/bytes.ts';
import * as tags from '../../../src/core/der/tags.ts';
import { encodeNull, encodeOctetString, encodeSequence } from '../../../src/core/der/writer.ts';
import type { Random } from '../random.ts';
import { generateCertificate } from './certificate.ts';
import { extension } from './extensions.ts';
import { bitString, explicit, instant, NOTHING, name, oid, type Signing, serialNumber, time } from './parts.ts';

const HASHES = [
  ['1.3.14.3.2.26', 20],
  ['2.16.840.1.101.3.4.2.1', 32],
] as const;

function certId(random: Random): Uint8Array {
  const [hash, length] = random.pick(HASHES);
  const algorithm = encodeSequence(oid(hash), random.oneIn(4) ? NOTHING : encodeNull());
  return encodeSequence(
    algorithm,
    encodeOctetString(random.octets(length)),
    encodeOctetString(random.octets(length)),
    serialNumber(random),
  );
}

function certStatus(random: Random): Uint8Array {
  if (random.oneIn(2)) return Uint8Array.of(0x80, 0);
  if (random.oneIn(3)) return Uint8Array.of(0x82, 0);
  const reason = explicit(0, Uint8Array.of(tags.ENUMERATED, 1, random.pick([0, 1, 2, 3, 4, 5, 6, 8, 9, 10])));
  return explicit(1, time(instant(random), true), random.oneIn(2) ? reason : NOTHING);
}

function singleResponse(random: Random): Uint8Array {
  const archive = extension('1.3.6.1.5.5.7.48.1.6', time(instant(random), true));
  return encodeSequence(
    certId(random),
    certStatus(random),
    time(instant(random), true),
    random.oneIn(4) ? NOTHING : explicit(0, time(instant(random), true)),
    random.oneIn(8) ? explicit(1, encodeSequence(archive)) : NOTHING,
  );
}

/** A valid response, with one to three single responses; an error one in sixteen times. */
export function generateOcspResponse(random: Random, signing: Signing): Uint8Array {
  if (random.oneIn(16)) return encodeSequence(Uint8Array.of(tags.ENUMERATED, 1, random.pick([1, 2, 3, 5, 6])));
  const nonce = extension('1.3.6.1.5.5.7.48.1.2', encodeOctetString(random.octets(16)));
  const tbs = encodeSequence(
    random.oneIn(2) ? explicit(1, name(random)) : explicit(2, encodeOctetString(random.octets(20))),
    time(instant(random), true),
    encodeSequence(...random.several(1 + random.below(3), () => singleResponse(random))),
    random.oneIn(2) ? explicit(1, encodeSequence(nonce)) : NOTHING,
  );
  const certificates = random.several(random.below(2), () => generateCertificate(random, signing));
  const certs = certificates.length === 0 ? NOTHING : explicit(0, encodeSequence(...certificates));
  const basic = encodeSequence(tbs, signing.algorithm, bitString(signing.sign(tbs)), certs);
  const responseBytes = encodeSequence(oid('1.3.6.1.5.5.7.48.1.1'), encodeOctetString(basic));
  return encodeSequence(concatBytes(Uint8Array.of(tags.ENUMERATED, 1, 0), explicit(0, responseBytes)));
}
