/**
 * Arrays as PostgreSQL reads them in binary (array_recv): pg hands a Buffer over as it is, so octets and long texts go
 * without being escaped, hexed and parsed. Null for an array in which nothing stands: the function sees null for each.
 */
export type ArrayType = keyof typeof TYPES;

interface Elements {
  readonly oid: number;
  lengthOf(value: never): number;
  write(into: Buffer, value: never, offset: number): void;
}

/** Microseconds; PostgreSQL counts from the year 2000. */
const EPOCH_MS = Date.UTC(2000, 0, 1);

const TYPES = {
  'boolean[]': {
    oid: 16,
    lengthOf: () => 1,
    write: (into: Buffer, value: boolean, offset: number) => into.writeUInt8(value ? 1 : 0, offset),
  },
  'bytea[]': {
    oid: 17,
    lengthOf: (value: Uint8Array) => value.length,
    write: (into: Buffer, value: Uint8Array, offset: number) => into.set(value, offset),
  },
  'text[]': {
    oid: 25,
    lengthOf: (value: string | Uint8Array) => (typeof value === 'string' ? Buffer.byteLength(value) : value.length),
    write: (into: Buffer, value: string | Uint8Array, offset: number) =>
      typeof value === 'string' ? into.write(value, offset) : into.set(value, offset),
  },
  'timestamptz[]': {
    oid: 1184,
    lengthOf: () => 8,
    write: (into: Buffer, value: number, offset: number) =>
      into.writeBigInt64BE(BigInt(Math.floor(value) - EPOCH_MS) * 1000n, offset),
  },
} as const satisfies Record<string, Elements>;

/** What one element may be; instants are milliseconds, a text may be given in UTF-8. */
export type ArrayElement = boolean | Uint8Array | string | number | null;

const HEADER_OCTETS = 20;
const LENGTH_OCTETS = 4;
const NULL = -1;

export function encodeArray(type: ArrayType, values: readonly ArrayElement[]): Buffer | null {
  if (values.every((value) => value === null)) return null;
  const elements: Elements = TYPES[type];
  const lengths = values.map((value) => (value === null ? NULL : elements.lengthOf(value as never)));
  const octets = lengths.reduce((sum, length) => sum + LENGTH_OCTETS + Math.max(0, length), HEADER_OCTETS);
  const array = Buffer.allocUnsafe(octets);
  array.writeInt32BE(1, 0); // dimensions
  array.writeInt32BE(lengths.includes(NULL) ? 1 : 0, 4);
  array.writeInt32BE(elements.oid, 8);
  array.writeInt32BE(values.length, 12);
  array.writeInt32BE(1, 16); // subscripts begin with 1
  let offset = HEADER_OCTETS;
  for (const [index, value] of values.entries()) {
    const length = lengths[index] as number;
    array.writeInt32BE(length, offset);
    offset += LENGTH_OCTETS;
    if (value !== null) elements.write(array, value as never, offset);
    offset += Math.max(0, length);
  }
  return array;
}
