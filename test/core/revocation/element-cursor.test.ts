import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DecodeError } from '../../../src/core/der/decode-error.ts';
import { DerReader } from '../../../src/core/der/reader.ts';
import { ElementCursor } from '../../../src/core/revocation/element-cursor.ts';

function outcomeOf(read: () => readonly number[]): readonly number[] | string {
  try {
    return read();
  } catch (error) {
    if (error instanceof DecodeError) return error.code;
    throw error;
  }
}

const byCursor = (bytes: Uint8Array, offset: number, limit: number, tag?: number) =>
  outcomeOf(() => {
    const cursor = new ElementCursor(bytes);
    cursor.read(offset, limit, tag);
    return [cursor.tag, cursor.contentStart, cursor.end];
  });
const byReader = (bytes: Uint8Array, offset: number, limit: number, tag?: number) =>
  outcomeOf(() => {
    const element = new DerReader(bytes, offset, limit).next(tag);
    return [element.tag, element.contentStart, element.end];
  });

describe('ElementCursor', () => {
  it('reads and refuses what DerReader does', () => {
    const header = fc.tuple(fc.nat(255), fc.oneof(fc.nat(20), fc.nat(255)));
    const inputs = fc.tuple(header, fc.uint8Array({ maxLength: 20 }), fc.nat(24), fc.option(fc.nat(255)));
    fc.assert(
      fc.property(inputs, ([head, rest, limit, tag]) => {
        const bytes = Uint8Array.of(...head, ...rest);
        const end = Math.min(limit, bytes.length);
        const wanted = tag ?? undefined;
        expect(byCursor(bytes, 0, end, wanted)).toEqual(byReader(bytes, 0, end, wanted));
        expect(byCursor(bytes, 0, end, head[0])).toEqual(byReader(bytes, 0, end, head[0]));
      }),
      { numRuns: 3000 },
    );
  });

  it('does not reach past the limit, though the buffer goes on', () => {
    const bytes = Uint8Array.of(0x02, 2, 1, 1, 1);
    expect(byCursor(bytes, 0, 4)).toEqual([0x02, 2, 4]);
    expect(byCursor(bytes, 0, 3)).toBe('truncated');
    expect(byCursor(bytes, 0, 1)).toBe('truncated');
    expect(byCursor(bytes, 0, 0)).toBe('truncated');
  });
});
