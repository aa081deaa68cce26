import { execFileSync } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { ALL_FIXTURES } from '../../src/sandbox/fixtures/all-fixtures.ts';
import { generateFixtures } from '../../src/sandbox/fixtures/generate.ts';
import { KEY_SEED } from '../../src/sandbox/keys/key-names.ts';
import { seededEcKey } from '../../src/sandbox/keys/seeded-keys.ts';
import { readFixture, readKey } from '../fixtures.ts';

const directory = new URL('../../fixtures/certs/', import.meta.url);
const keys: Record<string, string> = JSON.parse(readFileSync(new URL('keys.json', directory), 'utf8'));

/** In a process of its own: node-forge's arithmetic is sixty times slower inside jest's module loader. */
function seededRsaKeyElsewhere(seed: string, bits: number): string {
  const module = new URL('../../src/sandbox/keys/seeded-keys.ts', import.meta.url).href;
  const script = `import { seededRsaKey } from ${JSON.stringify(module)};
    process.stdout.write(seededRsaKey(${JSON.stringify(seed)}, ${bits}));`;
  return execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
}

describe('fixtures/certs', () => {
  it('is what the generator writes, octet for octet', () => {
    expect(generateFixtures(ALL_FIXTURES, { verify: true }).differing).toEqual([]);
  });

  it('holds nothing else, and every file once', () => {
    const others = ['README.md', 'generate.ts', 'keys.json', 'manifest.json'];
    const names = ALL_FIXTURES.map(({ file }) => file);
    expect(new Set(names).size).toBe(names.length);
    expect(readdirSync(directory).sort()).toEqual([...names, ...others].sort());
  });

  it('says in the README what each file is', () => {
    const readme = readFileSync(new URL('README.md', directory), 'utf8');
    for (const { file, what } of ALL_FIXTURES) expect(readme).toContain(`| \`${file}\` | ${what} |`);
  });

  it('keeps every file below one MiB', () => {
    for (const file of readdirSync(directory)) expect(statSync(new URL(file, directory)).size).toBeLessThan(1_048_576);
  });

  it('gives the private key of a leaf', () => {
    expect(readFixture('leaf-digital-signature.crt').length).toBeGreaterThan(1000);
    expect(readKey('leaf-digital-signature.crt').asymmetricKeyDetails?.modulusLength).toBe(2048);
    expect(() => readKey('content.bin')).toThrow('no key');
  });
});

describe('the keys of the fixtures', () => {
  it('come from their seeds', () => {
    expect(seededRsaKeyElsewhere(`${KEY_SEED}/weak-rsa-1024`, 1024)).toBe(keys['weak-rsa-1024']);
    expect(seededEcKey(`${KEY_SEED}/next-resident-p384`, 'P-384')).toBe(keys['next-resident-p384']);
    expect(seededEcKey(`${KEY_SEED}/another`, 'P-384')).not.toBe(keys['next-resident-p384']);
  });

  it('are all different and of the size that they say', () => {
    expect(new Set(Object.values(keys)).size).toBe(Object.keys(keys).length);
    for (const [name, pem] of Object.entries(keys)) {
      const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(pem);
      if (name.includes('p384') || name.includes('p256')) expect(asymmetricKeyType).toBe('ec');
      else expect(asymmetricKeyDetails?.modulusLength).toBe(name === 'weak-rsa-1024' ? 1024 : 2048);
      if (name === 'weak-rsa-e3') expect(asymmetricKeyDetails?.publicExponent).toBe(3n);
    }
  });
});
