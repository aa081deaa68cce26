import { toHex } from '../bytes.ts';
import type { DerValue } from '../der/reader.ts';
import * as tags from '../der/tags.ts';
import { readIntegerOctets } from '../der/values.ts';

declare const brand: unique symbol;
/** CertificateSerialNumber (RFC 5280 §4.1.2.2). Made by decodeSerialNumber alone. */
export interface SerialNumber {
  readonly [brand]?: 'SerialNumber';
  /** Contents octets of the INTEGER, minimal two's complement, as encoded. */
  readonly octets: Uint8Array;
  /** Lower-case hexadecimal of `octets`: equal exactly when the serials are equal. */
  readonly hex: string;
  /** Zero or negative: does not conform to §4.1.2.2 and is refused where a profile is asked for. */
  readonly positive: boolean;
}

/** §4.1.2.2 promises 20 octets; one more where a full 160-bit number needs its sign octet. */
const MAX_OCTETS = 21;

/** An INTEGER (or, with `tag`, one tagged IMPLICIT) as a serial number. Throws DecodeError. */
export function decodeSerialNumber(element: DerValue, tag: number = tags.INTEGER): SerialNumber {
  const octets = readIntegerOctets(element, tag);
  if (octets.length > MAX_OCTETS) throw element.error('size-limit', `serial number of more than ${MAX_OCTETS} octets`);
  const first = octets[0] as number;
  return { octets, hex: toHex(octets), positive: first < 0x80 && (first !== 0 || octets.length > 1) };
}
