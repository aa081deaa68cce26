/** Octet strings without Node or DOM types: the core is compiled with `types: []`. */

/** Equality of public octets (not constant time: secrets are compared in `platform/`). */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const out = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}

const HEX = Array.from({ length: 256 }, (_, octet) => octet.toString(16).padStart(2, '0'));
/** Character codes of the digits. */
const DIGIT = Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));

/** Lower-case hexadecimal, two digits an octet. */
export function toHex(bytes: Uint8Array): string {
  const high = (i: number): number => DIGIT[(bytes[i] as number) >> 4] as number;
  const low = (i: number): number => DIGIT[(bytes[i] as number) & 15] as number;
  let out = '';
  let i = 0;
  // Four octets at a time: text of many small pieces is put together anew when it is first looked at.
  for (; i + 4 <= bytes.length; i += 4)
    out += String.fromCharCode(
      high(i),
      low(i),
      high(i + 1),
      low(i + 1),
      high(i + 2),
      low(i + 2),
      high(i + 3),
      low(i + 3),
    );
  for (; i < bytes.length; i++) out += HEX[bytes[i] as number];
  return out;
}

/** Lexicographic order of octet strings, the shorter first when one is the other's beginning (X.690 §11.6). */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
