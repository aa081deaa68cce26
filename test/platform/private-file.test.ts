import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createPrivateFile, storePrivateFile } from '../../src/platform/private-file.ts';

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'jpki-private-'));
  path = join(directory, 'secret');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('createPrivateFile', () => {
  it('makes the file for its owner alone', async () => {
    expect(await createPrivateFile(path, 'one')).toBe(true);
    expect(readFileSync(path, 'utf8')).toBe('one');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory)).toEqual(['secret']);
  });

  it('leaves a file that is there as it is', async () => {
    writeFileSync(path, 'first');
    expect(await createPrivateFile(path, 'second')).toBe(false);
    expect(readFileSync(path, 'utf8')).toBe('first');
    expect(readdirSync(directory)).toEqual(['secret']);
  });

  it('by twenty at once is made by one of them, whole', async () => {
    const texts = Array.from({ length: 20 }, (_none, index) => String(index).repeat(10_000));
    const made = await Promise.all(texts.map((text) => createPrivateFile(path, text)));
    expect(made.filter(Boolean)).toHaveLength(1);
    expect(readFileSync(path, 'utf8')).toBe(texts[made.indexOf(true)]);
    expect(readdirSync(directory)).toEqual(['secret']);
  });

  it('rejects where there is no directory', async () => {
    await expect(createPrivateFile(join(directory, 'nowhere', 'secret'), 'one')).rejects.toMatchObject({
      code: 'ENOENT',
    });
  });
});

describe('storePrivateFile', () => {
  it('replaces the file, and narrows what was open to others', async () => {
    writeFileSync(path, 'first', { mode: 0o644 });
    await storePrivateFile(path, 'second');
    expect(readFileSync(path, 'utf8')).toBe('second');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory)).toEqual(['secret']);
  });
});
