import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runJudgeProcess } from './process.ts';

const MIB = 2 ** 20;
const F = 'fixtures/certs/';
const at = '2026-06-01T03:00:00Z';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'judge-memory-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A file that takes no room on the disk, and as much memory as any when it is read. */
function sparse(name: string, size: number, head: readonly number[] = []): string {
  const path = join(folder, name);
  const file = openSync(path, 'w');
  writeSync(file, Uint8Array.from(head));
  ftruncateSync(file, size);
  closeSync(file);
  return path;
}

const decode = (id: string, what: string, file: string) => ({ id, kind: 'decode', what, file });
const small = decode('small', 'certificate', `${F}leaf-digital-signature.crt`);

describe('a case that asks for much memory', () => {
  it('gets its line within 512 MB of the whole process, and the next one works', async () => {
    const length = 180 * MIB;
    const header = [0x30, 0x84, ...[24, 16, 8, 0].map((n) => (length - 6) >>> n)];
    const list = sparse('list.crl', length, header);
    const cases = [
      decode('a gigabyte', 'crl', sparse('gigabyte.crl', 1024 * MIB)),
      small,
      decode('a list of nothing', 'crl', list),
      small,
      { id: 'content', kind: 'cms', at, message: `${F}cms-detached.p7m`, content: list },
      small,
      { id: 'three files', kind: 'path', at, anchors: [], target: `${F}leaf-expired.crt`, crls: [list, list, list] },
      small,
      { id: 'a long line', kind: 'signature', algorithm: 'RS256', publicKey: '', message: 'A'.repeat(31 * MIB) },
      small,
      decode('PEM', 'crl', sparse('list.pem', 47 * MIB, [...Buffer.from('-----BEGIN X509 CRL-----')])),
      small,
    ];
    const settings = { revocation: 'all' };
    const lines = cases.map((one) => JSON.stringify('crls' in one ? { ...one, settings } : one));
    const run = await runJudgeProcess(lines.join('\n'));
    const verdicts = run.lines.map((line) => JSON.parse(line) as Record<string, string>);
    expect(verdicts.map(({ id }) => id)).toEqual(cases.map(({ id }) => id));
    expect(verdicts.filter(({ id }) => id === 'small').map(({ outcome }) => outcome)).toEqual(
      Array.from({ length: 6 }, () => 'accepted'),
    );
    const said = new Map(verdicts.map(({ id, problem, subIndication }) => [id, problem ?? subIndication]));
    expect(said.get('a gigabyte')).toContain('is too large');
    expect(said.get('a list of nothing')).toBe('FORMAT_FAILURE');
    expect(said.get('content')).toBe('HASH_FAILURE');
    expect(said.get('three files')).toContain('is too large');
    expect(said.get('PEM')).toBe('FORMAT_FAILURE');
    expect({ code: run.code, err: run.err }).toEqual({ code: 0, err: '' });
    if (run.peakMemory !== undefined) expect(run.peakMemory).toBeLessThan(512 * MIB);
  }, 120_000);
});
