import { describe, expect, it } from '@jest/globals';
import { readZip, ZipRefused } from '../../../src/platform/zip/read-zip.ts';
import { writeZip } from '../../../src/platform/zip/write-zip.ts';

const LIMITS = { entries: 3, size: 100 };
const entry = (name: string, length = 10) => ({ name, octets: new Uint8Array(length).fill(7) });

describe('readZip', () => {
  it('gives back what writeZip was given, in its order', async () => {
    const entries = [entry('b.txt'), entry('a/b.der', 0), entry('c.json', 100)];
    expect(await readZip(await writeZip(entries), LIMITS)).toEqual(entries);
  });

  it.each([
    ['more entries than allowed', [entry('a'), entry('b'), entry('c'), entry('d')]],
    ['an entry longer than allowed', [entry('a', 101)]],
    ['a name in capitals', [entry('A.txt')]],
    ['a hidden name', [entry('.a')]],
  ])('refuses %s', async (_what, entries) => {
    await expect(readZip(await writeZip(entries), LIMITS)).rejects.toBeInstanceOf(ZipRefused);
  });

  it('refuses a path that leads out', async () => {
    const zip = await writeZip([entry('aa/b')]);
    const altered = Buffer.from(zip.toString('latin1').replaceAll('aa/b', '../b'), 'latin1');
    await expect(readZip(altered, LIMITS)).rejects.toBeInstanceOf(ZipRefused);
  });

  it('refuses what is no ZIP, and one cut anywhere', async () => {
    const zip = await writeZip([entry('a')]);
    for (let length = 0; length < zip.length; length++) {
      await expect(readZip(zip.subarray(0, length), LIMITS)).rejects.toBeInstanceOf(ZipRefused);
    }
  });
});
