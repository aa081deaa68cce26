import { compareBytes, concatBytes } from '../bytes.ts';
import { DecodeError } from '../der/decode-error.ts';
import { type DerElement, readDer } from '../der/reader.ts';
import * as tags from '../der/tags.ts';
import { readIntegerOctets } from '../der/values.ts';
import { encodeIntegerOctets, encodeSequence } from '../der/writer.ts';

export type Curve = 'P-256' | 'P-384';

/** Octets of a coordinate and of r and s. */
export const FIELD_LENGTH: Readonly<Record<Curve, number>> = { 'P-256': 32, 'P-384': 48 };

/** Orders n of the base points (FIPS 186-4 D.1.2.3, D.1.2.4), big-endian. */
const ORDER: Readonly<Record<Curve, Uint8Array>> = {
  'P-256': fromHex('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'),
  'P-384': fromHex('ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973'),
};

function fromHex(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}

/** Is it a DER Ecdsa-Sig-Value (RFC 3279 §2.2.3) with r and s from 1 to n − 1 (FIPS 186-4 §6.4.2)? */
export function validateEcdsaSigValue(signature: Uint8Array, curve: Curve): boolean {
  try {
    const inside = readDer(signature, 2 * FIELD_LENGTH[curve] + 16, tags.SEQUENCE).reader();
    const r = inside.next(tags.INTEGER);
    const s = inside.next(tags.INTEGER);
    inside.finish();
    return isScalar(r, curve) && isScalar(s, curve);
  } catch (error) {
    if (error instanceof DecodeError) return false;
    throw error;
  }
}

function isScalar(element: DerElement, curve: Curve): boolean {
  const octets = readIntegerOctets(element);
  if ((octets[0] as number) >= 0x80) return false;
  const magnitude = octets[0] === 0 ? octets.subarray(1) : octets;
  if (magnitude.length === 0 || magnitude.length > FIELD_LENGTH[curve]) return false;
  return magnitude.length < FIELD_LENGTH[curve] || compareBytes(magnitude, ORDER[curve]) < 0;
}

/** r‖s, each as long as a coordinate (IEEE P1363, RFC 7518 §3.4), as Ecdsa-Sig-Value; `undefined` for another length. */
export function encodeEcdsaSigValue(concatenated: Uint8Array, curve: Curve): Uint8Array | undefined {
  const length = FIELD_LENGTH[curve];
  if (concatenated.length !== 2 * length) return undefined;
  return encodeSequence(unsigned(concatenated.subarray(0, length)), unsigned(concatenated.subarray(length)));
}

function unsigned(octets: Uint8Array): Uint8Array {
  let start = 0;
  while (start < octets.length - 1 && octets[start] === 0) start++;
  const minimal = octets.subarray(start);
  const signed = (minimal[0] as number) >= 0x80 ? concatBytes(Uint8Array.of(0), minimal) : minimal;
  return encodeIntegerOctets(signed);
}
