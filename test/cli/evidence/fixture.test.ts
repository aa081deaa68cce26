import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { FORMAT_VERSION } from '../../../src/core/evidence/manifest.ts';
import { runInTerminal } from '../terminal.ts';

/** Packages as they were made when the format was new, one folder a version: they are never made again. */
const vectors = new URL('../../vectors/evidence/', import.meta.url);
const path = (name: string) => fileURLToPath(new URL(name, vectors));
const root = fileURLToPath(new URL('../../../fixtures/certs/root-digital-signature-2.crt', import.meta.url));
const anchor = fileURLToPath(new URL('../../../fixtures/certs/root-digital-signature-1.crt', import.meta.url));

/** The keys of that day, and the time stamping authority where there was one: those of the version, or the package's own. */
const trustOf = (version: string, name: string): string[] =>
  ['seal-keys.json', 'tsa-root.der', `${name}.keys.json`, `${name}.tsa-root.der`]
    .map((name) => path(`${version}/${name}`))
    .filter((file) => existsSync(file))
    .flatMap((file) => ['--trust', file]);

const packages = readdirSync(vectors).flatMap((version) =>
  readdirSync(new URL(`${version}/`, vectors))
    .filter((name) => name.endsWith('.zip'))
    .map((name) => [`${version}/${name}`, trustOf(version, name.slice(0, -'.zip'.length))] as const),
);

describe('packages of every format version', () => {
  it('are kept', () => {
    const versions = Array.from({ length: FORMAT_VERSION }, (_, place) => `v${place + 1}`);
    expect(readdirSync(vectors).sort()).toEqual(versions);
    for (const version of versions) {
      expect(packages.map(([name]) => name)).toContain(`${version}/full-ocsp.zip`);
    }
  });

  it.each(packages)('%s verifies', async (name, vouched) => {
    const trust = [...vouched, '--anchor', root, '--anchor', anchor];
    const { code, out } = await runInTerminal(['evidence', 'verify', path(name), ...trust, '--json'], {});
    expect(JSON.parse(out.join('\n'))).toMatchObject({ result: 'same', faults: [], differences: [] });
    expect(code).toBe(0);
  });

  it.each(packages)('%s of unknown origin has an exit code of its own', async (name) => {
    const { code, out } = await runInTerminal(['evidence', 'verify', path(name)], {});
    expect(code).toBe(3);
    expect(out[0]).toContain('origin not proven');
  });
});

describe('evidence verify', () => {
  it('refuses what is no package, and says what it cannot read', async () => {
    expect(await runInTerminal(['evidence', 'verify', root], {})).toMatchObject({ code: 1 });
    expect((await runInTerminal(['evidence', 'verify', path('nowhere.zip')], {})).err[0]).toContain('cannot be read');
    const [name = '', [, keys = ''] = []] = packages[0] ?? [];
    const bad = await runInTerminal(['evidence', 'verify', path(name), '--anchor', keys], {});
    expect([bad.code, bad.err[0]]).toEqual([1, expect.stringContaining('neither a SHA-256')]);
    const noKeys = await runInTerminal(['evidence', 'verify', path(name), '--trust', path(name)], {});
    expect([noKeys.code, noKeys.err[0]]).toEqual([1, expect.stringContaining('audit-seals')]);
    expect(await runInTerminal(['evidence', 'verify'], {})).toMatchObject({ code: 2 });
  });
});
