import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DecodeError } from '../../../src/core/der/decode-error.ts';
import { MAX_DEPTH } from '../../../src/core/der/limits.ts';
import { type DerElement, DerReader, readDer } from '../../../src/core/der/reader.ts';
import * as tags from '../../../src/core/der/tags.ts';
import { readEach } from '../../../src/core/der/values.ts';
import { encodeElement, encodeSequence } from '../../../src/core/der/writer.ts';

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));

/** A data value as a tree. */
type Tree =
  | { readonly tag: number; readonly children: readonly Tree[] }
  | { readonly tag: number; readonly content: string };

/** Reads everything, down to the leaves. */
function walk(element: DerElement): Tree {
  if ((element.tag & 0x20) === 0) return { tag: element.tag, content: Buffer.from(element.content).toString('hex') };
  const children: Tree[] = [];
  for (const reader = element.reader(); !reader.atEnd; ) children.push(walk(reader.next()));
  return { tag: element.tag, children };
}

/** As walk, by one reader that steps in and out and builds nothing. */
function walkWithin(reader: DerReader): Tree {
  const tag = reader.nextTag;
  if ((tag & 0x20) === 0) {
    return { tag, content: Buffer.from(reader.read().content).toString('hex') };
  }
  const outer = reader.enter(tag);
  const children: Tree[] = [];
  while (!reader.atEnd) children.push(walkWithin(reader));
  reader.leave(outer);
  return { tag, children };
}

/** The tree, or what the reader said: the outcome as a value. */
function outcome(bytes: Uint8Array, read = (of: Uint8Array): Tree => walk(readDer(of, 1 << 20))): unknown {
  try {
    return read(bytes);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    expect(error.offset).toBeGreaterThanOrEqual(0);
    expect(error.offset).toBeLessThanOrEqual(bytes.length);
    return `${error.code}@${error.offset}`;
  }
}

const codeOf = (bytes: Uint8Array): string => String(outcome(bytes)).replace(/@.*/, '');

function encodeTree(tree: Tree): Uint8Array {
  if ('content' in tree) return encodeElement(tree.tag, hex(tree.content));
  return encodeElement(tree.tag, Buffer.concat(tree.children.map(encodeTree)));
}

const lowTag = fc.integer({ min: 0, max: 0xff }).filter((tag) => (tag & 0x1f) !== 0x1f);
const { tree } = fc.letrec<{ tree: Tree; leaf: Tree; node: Tree }>((tie) => ({
  tree: fc.oneof({ maxDepth: 6 }, tie('leaf'), tie('node')),
  leaf: fc.record({
    tag: lowTag.map((tag) => tag & ~0x20),
    content: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('hex')),
  }),
  node: fc.record({ tag: lowTag.map((tag) => tag | 0x20), children: fc.array(tie('tree'), { maxLength: 4 }) }),
}));

/** Octets that are DER here and there. */
const almostDer = fc.tuple(tree, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 })).map(([of, changes]) => {
  const bytes = Uint8Array.from(encodeTree(of));
  for (const [at, octet] of changes) bytes[at % bytes.length] = octet;
  return bytes;
});
const octets = fc.oneof(fc.uint8Array({ maxLength: 64 }), almostDer);

describe('the reader, whatever the octets', () => {
  it('throws nothing but DecodeError', () => {
    fc.assert(
      fc.property(octets, (bytes) => {
        expect(outcome(bytes)).toBeDefined();
      }),
      { numRuns: 3000, seed: 11 },
    );
  });

  it('never looks beyond its octets: what lies around them changes nothing', () => {
    fc.assert(
      fc.property(octets, fc.nat(255), fc.nat(255), (bytes, before, after) => {
        const embedded = (canary: number): Uint8Array => {
          const room = new Uint8Array(bytes.length + 64).fill(canary);
          room.set(bytes, 32);
          return room.subarray(32, 32 + bytes.length);
        };
        expect(outcome(embedded(before))).toEqual(outcome(bytes));
        expect(outcome(embedded(after))).toEqual(outcome(bytes));
      }),
      { numRuns: 2000, seed: 12 },
    );
  });

  it('steps in and out as it reads value by value', () => {
    const within = (of: Uint8Array): Tree => {
      const reader = new DerReader(of);
      reader.read();
      reader.finish();
      return walkWithin(new DerReader(of));
    };
    fc.assert(
      fc.property(octets, (bytes) => {
        expect(outcome(bytes, within)).toEqual(outcome(bytes));
      }),
      { numRuns: 3000, seed: 15 },
    );
  });

  it('accepts one encoding of each value: what is read is what would be written', () => {
    fc.assert(
      fc.property(octets, (bytes) => {
        const read = outcome(bytes);
        if (typeof read === 'string') return;
        expect(Buffer.from(encodeTree(read as Tree)).equals(bytes)).toBe(true);
      }),
      { numRuns: 3000, seed: 13 },
    );
  });

  it('reads what is written', () => {
    fc.assert(
      fc.property(tree, (value) => {
        expect(outcome(encodeTree(value))).toEqual(value);
      }),
      { numRuns: 1000, seed: 14 },
    );
  });
});

describe('lengths', () => {
  it.each([0, 1, 127, 128, 255, 256, 65_535, 65_536])('of %d octets go there and back', (length) => {
    const content = new Uint8Array(length).fill(7);
    const element = readDer(encodeElement(tags.OCTET_STRING, content), length + 8);
    expect(element.length).toBe(length);
    expect(Buffer.from(element.content).equals(content)).toBe(true);
  });

  it.each([
    ['indefinite', '3080 0500 0000', 'indefinite-length'],
    ['indefinite inside', '3004 2480 0000', 'indefinite-length'],
    ['long form for a short one', '048101 00', 'non-minimal-length'],
    ['of 127 in two octets', `04817f${'00'.repeat(127)}`, 'non-minimal-length'],
    ['with a leading zero octet', `04820080${'00'.repeat(128)}`, 'non-minimal-length'],
    ['with zero octets only', '048400000000', 'non-minimal-length'],
    ['of a gigabyte', '0484 40000000 00', 'truncated'],
    ['of almost four gigabytes', '0484 ffffffff 00', 'truncated'],
    ['of more than four octets', '0485 0100000000 00', 'length-limit'],
    ['of 126 octets', `04fe${'ff'.repeat(126)}`, 'length-limit'],
    ['reserved', '04ff00', 'length-limit'],
    ['one too long', '040300ff', 'truncated'],
    ['cut off', '0482 01', 'truncated'],
    ['missing', '04', 'truncated'],
    ['longer than the value around', '3006 3002 0402 0500', 'truncated'],
  ])('that are %s are refused', (_what, bytes, code) => {
    expect(codeOf(hex(bytes))).toBe(code);
  });
});

describe('tags', () => {
  it.each(['1f8101 00', '3f01 00', 'bf8f7f 00', '3003 5f0100'])('of more than one octet are refused: %s', (bytes) => {
    expect(codeOf(hex(bytes))).toBe('high-tag-number');
  });

  it('are demanded', () => {
    const reader = new DerReader(hex('0500'));
    expect(() => reader.next(tags.BOOLEAN)).toThrow('unexpected-tag');
    expect(reader.nextIf(tags.BOOLEAN)).toBeUndefined();
    expect(reader.nextTag).toBe(tags.NULL);
    expect(reader.nextIf(tags.NULL)?.tag).toBe(tags.NULL);
    expect(reader.nextTag).toBe(-1);
    expect(reader.nextIf(tags.NULL)).toBeUndefined();
    expect(() => reader.next()).toThrow('truncated');
  });

  it('that are primitive have nothing inside', () => {
    expect(() => readDer(hex('0402 0500'), 99).reader()).toThrow('unexpected-tag');
  });
});

describe('bounds', () => {
  function nested(depth: number): Uint8Array {
    let bytes = hex('0500');
    for (let i = 0; i < depth; i++) bytes = encodeSequence(bytes);
    return bytes;
  }

  it('of depth', () => {
    expect(outcome(nested(MAX_DEPTH))).toHaveProperty('tag', tags.SEQUENCE);
    expect(codeOf(nested(MAX_DEPTH + 1))).toBe('depth-limit');
    expect(codeOf(nested(100))).toBe('depth-limit');
    expect(codeOf(nested(5000))).toBe('depth-limit');
  });

  it('of size, before anything is read', () => {
    expect(() => readDer(hex('ffffff'), 2)).toThrow('size-limit');
    expect(readDer(hex('0500'), 2).tag).toBe(tags.NULL);
  });

  it('of count', () => {
    const three = readDer(encodeSequence(hex('0500'), hex('0500'), hex('0500')), 99);
    expect(readEach(three, 3)).toHaveLength(3);
    expect(() => readEach(three, 2)).toThrow('count-limit');
  });

  it('of count, before any of them is read', () => {
    const two = readDer(encodeSequence(hex('0500'), hex('040101')), 99);
    expect(() => two.reader().count(1)).toThrow('count-limit');
    expect(readDer(encodeSequence(), 99).reader().count(0)).toBe(0);
    expect(() =>
      readDer(encodeSequence(hex('0500'), hex('0405')), 99)
        .reader()
        .count(9),
    ).toThrow('truncated');
    const reader = two.reader();
    expect(reader.count(2)).toBe(2);
    reader.read(tags.NULL);
    expect(reader.count(1)).toBe(1);
  });

  it('of depth, for a reader that steps in', () => {
    const reader = new DerReader(nested(MAX_DEPTH + 1));
    for (let depth = 0; depth < MAX_DEPTH; depth++) reader.enter(tags.SEQUENCE);
    expect(() => reader.enter(tags.SEQUENCE)).toThrow('depth-limit');
  });
});

describe('nothing may follow', () => {
  it.each(['0500 00', '0500 0500', '3000 00'])('the one value: %s', (bytes) => {
    expect(codeOf(hex(bytes))).toBe('trailing-bytes');
  });

  it('inside a value that was entered', () => {
    const reader = new DerReader(hex('3004 0500 0500 020101'));
    const outer = reader.enter(tags.SEQUENCE);
    reader.read(tags.NULL);
    expect(() => reader.leave(outer)).toThrow('trailing-bytes');
    reader.read(tags.NULL);
    reader.leave(outer);
    expect(reader.nextTag).toBe(tags.INTEGER);
    expect(() => reader.enter(tags.SEQUENCE)).toThrow('unexpected-tag');
  });

  it('the one value inside an EXPLICIT tag', () => {
    expect(readDer(hex('a002 0500'), 99).only(tags.NULL).tag).toBe(tags.NULL);
    expect(() => readDer(hex('a004 0500 0500'), 99).only()).toThrow('trailing-bytes');
    expect(() => readDer(hex('a000'), 99).only()).toThrow('truncated');
    expect(() => readDer(hex('a002 0500'), 99).only(tags.BOOLEAN)).toThrow('unexpected-tag');
  });
});

describe('views', () => {
  it('share the buffer, and offsets count from its beginning', () => {
    const bytes = hex('3004 0402 aabb');
    const inner = readDer(bytes, 99).only();
    expect(inner.content.buffer).toBe(bytes.buffer);
    expect([inner.start, inner.contentStart, inner.end]).toEqual([2, 4, 6]);
    expect(Buffer.from(inner.der).toString('hex')).toBe('0402aabb');
    expect(inner.error('invalid-value', 'wrong')).toMatchObject({
      code: 'invalid-value',
      offset: 2,
      name: 'DecodeError',
    });
  });
});
