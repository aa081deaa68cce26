import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '..', '..');
const fixture = (name: string) => join(root, 'fixtures', 'certs', name);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'corpora-'));
  mkdirSync(join(folder, 'pkits'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A corpus of one section, in the form of PKITS; paths that are absolute are taken as they are by way of `..`. */
function writeCases(cases: Readonly<Record<string, readonly [target: string, expected: 'valid' | 'invalid']>>): void {
  const upward = '../'.repeat(32);
  const up = (name: string) => upward + fixture(name).slice(1);
  const settings = {
    initial_policy_set_oids: ['2.5.29.32.0'],
    initial_explicit_policy: false,
    initial_policy_mapping_inhibit: false,
    initial_inhibit_any_policy: false,
  };
  const list = Object.entries(cases).map(([id, [target, expected]]) => ({
    id,
    section: 'made up',
    inputs: {
      trust_anchor: up('root-digital-signature-2.crt'),
      chain: [],
      target: up(target),
      crls: [up('crl-kiyose.crl')],
    },
    settings,
    time: '2026-06-01T03:00:00Z',
    expected,
  }));
  writeFileSync(join(folder, 'pkits', 'manifest.json'), JSON.stringify({ cases: list }));
}

function runConformance(corpora: string): Promise<{ code: number; out: string }> {
  return new Promise((resolve) => {
    const env = { PATH: process.env.PATH, CORPORA_DIR: corpora };
    const script = ['test/conformance/conformance.ts'];
    execFile(process.execPath, script, { cwd: root, env }, (error, stdout) =>
      resolve({ code: error === null ? 0 : Number(error.code), out: stdout }),
    );
  });
}

describe('npm run conformance', () => {
  it('skips with a word where the corpora are absent', async () => {
    const { code, out } = await runConformance(join(folder, 'nowhere'));
    expect(code).toBe(0);
    expect(out).toContain('skipped');
  });

  it('fails by a false acceptance, an unexplained disagreement and an exception that nothing needs', async () => {
    writeCases({
      agreed: ['leaf-digital-signature.crt', 'valid'],
      refused: ['leaf-digital-signature-revoked.crt', 'invalid'],
      accepted: ['leaf-digital-signature.crt', 'invalid'],
      stricter: ['leaf-expired.crt', 'valid'],
      // Has its exception, and is accepted all the same.
      '4.1.4': ['leaf-digital-signature.crt', 'invalid'],
      // Has its exception, and agrees.
      '4.1.5': ['leaf-digital-signature.crt', 'valid'],
    });
    const { code, out } = await runConformance(folder);
    const faults = out.split('\n').filter((line) => line.startsWith('FAULT '));
    expect(code).toBe(1);
    expect(out).toMatch(/PKITS made up +3 of +6/);
    expect(faults).toContain('FAULT pkits/accepted: false acceptance');
    expect(faults).toContain('FAULT pkits/4.1.4: false acceptance');
    expect(faults).toContain('FAULT pkits/stricter: unexplained');
    expect(faults).toContain('FAULT pkits/4.1.5: an exception that nothing needs');
    expect(faults).toContain('FAULT PKITS: 3 agree, 234 are wanted');
    expect(faults.filter((line) => /agreed|refused|ocsp/.test(line))).toEqual([]);
  });

  it('fails by a case that the judge could not read', async () => {
    writeCases({ unreadable: ['nowhere.crt', 'invalid'] });
    const { code, out } = await runConformance(folder);
    expect(code).toBe(1);
    expect(out).toMatch(/FAULT pkits\/unreadable: "target": .*cannot be read/);
  });
});
