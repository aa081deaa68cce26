import { crc32 } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { verifyPackage } from '../../../src/cli/evidence/verify-package.ts';
import { readZip } from '../../../src/platform/zip/read-zip.ts';
import { packageOf, TRUST } from '../../evidence-package.ts';

/** Octets of an entry in the two places where a ZIP describes it, as `craft` writes them; offsets of APPNOTE 4.3.7, 4.3.12. */
interface Described {
  readonly name: string;
  readonly octets: Buffer;
  /** Changes what the local header, or the central one, says. */
  readonly local?: (header: Buffer) => void;
  readonly central?: (header: Buffer) => void;
  readonly comment?: string;
  /** Puts no octets of its own, but points to those of the first entry. */
  readonly shared?: boolean;
}

interface Ending {
  readonly comment?: string;
  /** Between the last entry and the directory, and behind the end. */
  readonly between?: Buffer;
  readonly behind?: Buffer;
  readonly end?: (record: Buffer) => void;
}

const LOCAL = 30;
const CENTRAL = 46;

/** A ZIP with whatever lies are asked for. */
function craft(entries: readonly Described[], ending: Ending = {}): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let length = 0;
  for (const { name, octets, local, central, comment = '', shared = false } of entries) {
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0); // version needed
    common.writeUInt16LE(0x0800, 2); // UTF-8
    common.writeUInt16LE(0x21, 8); // 1980-01-01
    common.writeUInt32LE(crc32(octets), 10);
    common.writeUInt32LE(octets.length, 14);
    common.writeUInt32LE(octets.length, 18);
    common.writeUInt16LE(Buffer.byteLength(name), 22);
    const localHeader = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common]);
    local?.(localHeader);
    const centralHeader = Buffer.alloc(CENTRAL);
    centralHeader.write('PK\x01\x02', 'latin1');
    centralHeader.writeUInt16LE(0x033f, 4);
    common.copy(centralHeader, 6);
    centralHeader.writeUInt16LE(Buffer.byteLength(comment), 32);
    centralHeader.writeUInt32LE((0o100644 << 16) >>> 0, 38);
    centralHeader.writeUInt32LE(shared ? 0 : length, 42);
    central?.(centralHeader);
    directory.push(centralHeader, Buffer.from(name), Buffer.from(comment));
    if (shared) continue;
    parts.push(localHeader, Buffer.from(name), octets);
    length += LOCAL + Buffer.byteLength(name) + octets.length;
  }
  const { comment = '', between = Buffer.alloc(0), behind = Buffer.alloc(0) } = ending;
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(length + between.length, 16);
  end.writeUInt16LE(Buffer.byteLength(comment), 20);
  ending.end?.(end);
  return Buffer.concat([...parts, between, list, end, Buffer.from(comment), behind]);
}

const own = async (): Promise<Described[]> =>
  (await readZip(await packageOf(), { entries: 64, size: 2 ** 20 })).map(({ name, octets }) => ({
    ...{ name, octets: Buffer.from(octets) },
  }));

/** The package, with one thing about its first entry, its third, or its end told otherwise. */
const first = (change: Partial<Described>) => async () => {
  const [head, ...rest] = await own();
  return craft([{ ...(head as Described), ...change }, ...rest]);
};
const ended = (ending: Ending) => async () => craft(await own(), ending);
const with16 = (at: number, value: number) => (header: Buffer) => void header.writeUInt16LE(value, at);
const with32 = (at: number, value: number) => (header: Buffer) => void header.writeUInt32LE(value, at);
const both =
  (one: (header: Buffer) => void, other: (header: Buffer) => void) =>
  (header: Buffer): void => {
    one(header);
    other(header);
  };
const text = (words: string) => Buffer.from(words);

/** The end of central directory of ZIP64 (APPNOTE 4.3.14, 4.3.15) in front of the usual one, which points to it. */
function zip64(count: bigint, size: bigint, offset: bigint): (entries: readonly Described[]) => Buffer {
  return (entries) => {
    const plain = craft(entries);
    const at = plain.length - 22;
    const record = Buffer.alloc(56 + 20);
    record.write('PK\x06\x06', 'latin1');
    record.writeBigUInt64LE(44n, 4);
    record.writeBigUInt64LE(count, 24);
    record.writeBigUInt64LE(count, 32);
    record.writeBigUInt64LE(size, 40);
    record.writeBigUInt64LE(offset, 48);
    record.write('PK\x06\x07', 56, 'latin1');
    record.writeBigUInt64LE(BigInt(at), 64);
    record.writeUInt32LE(1, 72);
    const end = Buffer.from(plain.subarray(at));
    end.fill(0xff, 8, 20);
    return Buffer.concat([plain.subarray(0, at), record, end]);
  };
}

const HUGE = 2 ** 32 - 2;
const attacks: readonly (readonly [string, () => Promise<Buffer>])[] = [
  // names
  ['a name that leads out', first({ name: '../cover.html' })],
  ['a name that leads out within', first({ name: 'a/../../cover.html' })],
  ['an absolute name', first({ name: '/etc/passwd' })],
  ['a name of another system', first({ name: 'C:\\cover.html' })],
  ['a name with a NUL', first({ name: 'cover.html\u0000.txt' })],
  ['an empty name', first({ name: '' })],
  ['a folder', first({ name: 'cover.html/' })],
  ['a name that differs in its case', first({ name: 'Cover.html' })],
  ['a name that looks the same', first({ name: 'c\u043ever.html' })],
  ['a name of 60 000 letters', first({ name: 'a'.repeat(60_000) })],
  ['two names of one entry', first({ local: with32(14, 0), name: 'cover.html' })],
  // what headers say
  ['the encrypted flag', first({ central: with16(8, 0x0801) })],
  ['the encrypted flag beside the octets alone', first({ local: with16(6, 0x0801) })],
  ['strong encryption', first({ central: with16(8, 0x0841) })],
  ['a compression that is none of ours', first({ central: with16(10, 8) })],
  ['a compression beside the octets alone', first({ local: with16(8, 8) })],
  ['a data descriptor', first({ local: with16(6, 0x0808), central: with16(8, 0x0808) })],
  ['a size that is larger than the file', first({ central: with32(24, HUGE) })],
  ['both sizes larger than the file', first({ central: both(with32(20, HUGE), with32(24, HUGE)) })],
  ['a size that is smaller', first({ central: with32(24, 1) })],
  ['another checksum', first({ central: with32(16, 1) })],
  ['another checksum beside the octets alone', first({ local: with32(14, 1) })],
  ['a place outside of the file', first({ central: with32(42, HUGE) })],
  ['the place of nothing', first({ central: with32(42, 7) })],
  ['a disk that is not there', first({ central: with16(34, 9) })],
  ['the rights of a link', first({ central: with32(38, (0o120777 << 16) >>> 0) })],
  ['another time', first({ central: with16(12, 1) })],
  ['an extra field that is not there', first({ central: with16(30, 50) })],
  ['a comment of an entry', first({ comment: 'a comment' })],
  // counts and ends
  ['fewer entries than there are', ended({ end: both(with16(8, 2), with16(10, 2)) })],
  ['more entries than there are', ended({ end: both(with16(8, 60_000), with16(10, 60_000)) })],
  ['no entries', ended({ end: both(with16(8, 0), with16(10, 0)) })],
  ['a directory outside of the file', ended({ end: with32(16, HUGE) })],
  ['a directory of another length', ended({ end: with32(12, 1) })],
  ['several disks', ended({ end: with16(4, 1) })],
  ['a comment', ended({ comment: 'a comment' })],
  ['a comment that holds another end', ended({ comment: craft([]).toString('latin1') })],
  ['a comment shorter than it says', ended({ end: with16(20, 9) })],
  ['a longest comment', ended({ comment: 'x'.repeat(65_535) })],
  ['octets between entries and directory', ended({ between: text('between') })],
  ['octets behind the end', ended({ behind: text('behind') })],
  ['a second ZIP behind the end', async () => craft(await own(), { behind: craft(await own()) })],
  ['a second ZIP in front', async () => craft(await own(), { between: craft(await own()) })],
  // ZIP64
  ['a ZIP64 of no end of entries', async () => zip64(2n ** 62n, 100n, 0n)(await own())],
  ['a ZIP64 directory beyond all files', async () => zip64(5n, 2n ** 62n, 2n ** 62n)(await own())],
  ['a ZIP64 that counts less', async () => zip64(1n, 100n, 0n)(await own())],
  ['a ZIP64 size of an entry that is not told', first({ central: with32(24, 2 ** 32 - 1) })],
  // numbers
  [
    'sixty thousand entries',
    async () => craft(Array.from({ length: 60_000 }, () => ({ name: 'a', octets: text('') }))),
  ],
];

it('is the package itself where nothing is told otherwise', async () => {
  expect(craft(await own()).toString('hex')).toBe((await packageOf()).toString('hex'));
  expect((await verifyPackage(craft(await own()), TRUST)).result).toBe('same');
});

it.each(attacks)('%s is found', async (_what, attack) => {
  const verdict = await verifyPackage(await attack(), TRUST);
  expect(verdict.result).toBe('altered');
  expect(verdict.faults.length).toBeGreaterThan(0);
});

describe('entries that share their octets', () => {
  const large = Buffer.alloc(2 ** 20, 7);
  const bomb = (count: number) =>
    craft(Array.from({ length: count }, (_, place) => ({ name: `a${place}`, octets: large, shared: place > 0 })));

  it('are refused before they are read: a file is never more than itself', async () => {
    expect(bomb(200).length).toBeLessThan(2 * large.length);
    await expect(readZip(bomb(200), { entries: 256, size: 2 ** 30 })).rejects.toThrow('overlap');
    expect((await verifyPackage(bomb(200), TRUST)).faults).toEqual([{ fault: 'not-a-package', name: null }]);
  });
});
