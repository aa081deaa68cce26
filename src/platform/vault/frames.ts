import type { FieldIdentity, KeyPurpose } from './vault.ts';

const LENGTH_OCTETS = 4;

/** Each part behind its length: no two lists of parts give the same octets. */
export function frame(...parts: readonly (string | Uint8Array)[]): Buffer {
  const lengths = parts.map((part) => (typeof part === 'string' ? Buffer.byteLength(part) : part.length));
  const framed = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + LENGTH_OCTETS + length, 0));
  let at = 0;
  for (const [index, part] of parts.entries()) {
    at = framed.writeUInt32BE(lengths[index] as number, at);
    if (typeof part === 'string') at += framed.write(part, at);
    else {
      framed.set(part, at);
      at += part.length;
    }
  }
  return framed;
}

/** Of a field: it opens nowhere else. */
export const authenticatedData = (purpose: KeyPurpose, identity: FieldIdentity): Buffer =>
  frame(purpose, identity.table, identity.column, identity.rowId, identity.tenantId);
