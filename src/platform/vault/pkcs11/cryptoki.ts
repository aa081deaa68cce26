import koffi from 'koffi';

/**
 * The functions of a PKCS#11 module that are used here, by C_GetFunctionList, on platforms where `unsigned long` has the
 * width of a pointer (Linux, macOS; 64 bits). Names are those of PKCS#11 v2.40. Calls block.
 */
export interface Cryptoki {
  call(name: FunctionName, ...values: readonly (number | bigint | Buffer | null)[]): number;
}

/** Its place in CK_FUNCTION_LIST, and what it takes: `n` a CK_ULONG, `p` a pointer, `b` a CK_BBOOL. */
const FUNCTIONS = {
  C_Initialize: [1, 'p'],
  C_Finalize: [2, 'p'],
  C_GetSlotList: [5, 'bpp'],
  C_GetTokenInfo: [7, 'np'],
  C_OpenSession: [13, 'nnppp'],
  C_Login: [19, 'nnpn'],
  C_GetAttributeValue: [25, 'nnpn'],
  C_FindObjectsInit: [27, 'npn'],
  C_FindObjects: [28, 'npnp'],
  C_FindObjectsFinal: [29, 'n'],
  C_EncryptInit: [30, 'npn'],
  C_Encrypt: [31, 'npnpp'],
  C_DecryptInit: [34, 'npn'],
  C_Decrypt: [35, 'npnpp'],
} as const satisfies Record<string, readonly [number, string]>;

export type FunctionName = keyof typeof FUNCTIONS;

const C_TYPES: Readonly<Record<string, string>> = { n: 'ulong', p: 'void *', b: 'uint8_t' };
export const WORD = 8;

/** Throws when there is no such file, or no PKCS#11 in it. */
export function loadCryptoki(path: string): Cryptoki {
  if (koffi.sizeof('ulong') !== WORD || koffi.sizeof('void *') !== WORD) throw new Error('not a 64-bit Unix');
  const getFunctionList = koffi.load(path).func('C_GetFunctionList', 'ulong', ['void *']);
  const place = words(1);
  if (Number(getFunctionList(place)) !== 0) throw new Error('C_GetFunctionList was refused');
  const list = place.readBigUInt64LE();
  const functions = Object.entries(FUNCTIONS).map(([name, [at, takes]]) => {
    const type = koffi.proto(
      'ulong',
      [...takes].map((one) => C_TYPES[one] as string),
    );
    // CK_VERSION stands before the first pointer
    return [name, { type, pointer: koffi.decode(list, at * WORD, 'void *') }] as const;
  });
  const known = new Map<string, (typeof functions)[number][1]>(functions);
  return {
    call(name, ...values) {
      const { type, pointer } = known.get(name) ?? {};
      return Number(koffi.call(pointer, type as NonNullable<typeof type>, ...values));
    },
  };
}

/** Memory of its own, which does not move. */
export const words = (count: number): Buffer => Buffer.alloc(count * WORD);

/** What a structure points to lives as long as it does. */
const MEMBERS = new WeakMap<Buffer, readonly unknown[]>();

/** A C structure of machine words: numbers, and addresses of buffers. */
export function struct(...members: readonly (number | Buffer | null)[]): Buffer {
  const octets = words(members.length);
  MEMBERS.set(octets, members);
  for (const [index, member] of members.entries()) {
    const word = member === null ? 0n : typeof member === 'number' ? BigInt(member) : koffi.address(member);
    octets.writeBigUInt64LE(word, index * WORD);
  }
  return octets;
}

export const readWord = (octets: Buffer, index = 0): bigint => octets.readBigUInt64LE(index * WORD);
