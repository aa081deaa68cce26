import { encodeSequence } from '../../../src/core/der/writer.ts';
import type { Random } from '../random.ts';
import { certificateExtensions } from './extensions.ts';
import { bitString, explicit, instant, integer, NOTHING, name, type Signing, serialNumber, time } from './parts.ts';

export interface CertificateWish {
  readonly issuer?: Uint8Array;
  readonly subject?: Uint8Array;
  readonly serial?: Uint8Array;
  readonly extensions?: readonly Uint8Array[];
}

/** A valid v3 certificate (v1 where no extensions come out) of any names, times and extensions. */
export function generateCertificate(random: Random, signing: Signing, wish: CertificateWish = {}): Uint8Array {
  const extensions = wish.extensions ?? certificateExtensions(random);
  const tbs = encodeSequence(
    extensions.length === 0 ? NOTHING : explicit(0, integer(2)),
    wish.serial ?? serialNumber(random),
    signing.algorithm,
    wish.issuer ?? name(random),
    encodeSequence(time(instant(random)), time(instant(random))),
    wish.subject ?? name(random),
    signing.spki,
    extensions.length === 0 ? NOTHING : explicit(3, encodeSequence(...extensions)),
  );
  return encodeSequence(tbs, signing.algorithm, bitString(signing.sign(tbs)));
}
