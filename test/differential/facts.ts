import { toHex } from '../../src/core/bytes.ts';

/** What a decoder says about some octets, as text that can be compared; `refused` tells why where it does not read them. */
export type Reading = { readonly refused: string } | Readonly<Record<string, string>>;

export type ObjectKind = 'certificate' | 'crl' | 'ocsp-response' | 'cms';

/** A decoder of ours or of others; reads all inputs of one kind. */
export interface Oracle {
  readonly name: string;
  readonly reads: Partial<Record<ObjectKind, (inputs: readonly Uint8Array[]) => readonly (Reading | undefined)[]>>;
}

export function isRefused(reading: Reading): reading is { readonly refused: string } {
  return reading.refused !== undefined;
}

/** One input after the other; what is thrown is a refusal. */
export const oneByOne =
  (read: (octets: Uint8Array) => Reading) =>
  (inputs: readonly Uint8Array[]): readonly Reading[] =>
    inputs.map((octets) => {
      try {
        return read(octets);
      } catch (error) {
        return { refused: error instanceof Error ? error.message || error.name : String(error) };
      }
    });

/** An INTEGER's contents octets as a hexadecimal number with its sign: the same for every spelling of it. */
export function numberOf(octets: Uint8Array): string {
  if (octets.length === 0) return 'none';
  return BigInt.asIntN(octets.length * 8, BigInt(`0x${toHex(octets)}`)).toString(16);
}

export const timeOf = (at: number | Date): string => {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? 'invalid' : date.toISOString();
};

export const buffer = (octets: Uint8Array): ArrayBuffer => Uint8Array.from(octets).buffer as ArrayBuffer;
export const hexOf = (octets: ArrayBuffer | Uint8Array): string => toHex(new Uint8Array(octets));
