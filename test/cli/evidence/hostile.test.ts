import { expect, it } from '@jest/globals';
import { verifyPackage } from '../../../src/cli/evidence/verify-package.ts';
import {
  buildManifest,
  encodeManifestSeal,
  formatManifest,
  type PackageEntry,
} from '../../../src/core/evidence/manifest.ts';
import { formatDocument } from '../../../src/core/evidence/package-entries.ts';
import { nodeCrypto } from '../../../src/platform/crypto.ts';
import { readZip } from '../../../src/platform/zip/read-zip.ts';
import { writeZip } from '../../../src/platform/zip/write-zip.ts';
import { packageOf, SIGNER, TRUST } from '../../evidence-package.ts';

const base64 = (octets: Uint8Array) => Buffer.from(octets).toString('base64');

/** A package whose manifest and seal fit, whatever its entries say. */
async function sealed(change: (entry: PackageEntry) => PackageEntry[]): Promise<Buffer> {
  const entries = (await readZip(await packageOf(), { entries: 64, size: 2 ** 20 })).slice(0, -2).flatMap(change);
  const about = { kind: 'full', verificationId: 'ver_00000000000000000000000001', isStamped: false } as const;
  const manifest = Buffer.from(formatManifest(buildManifest(about, entries, [], nodeCrypto)));
  const seal = {
    ...{ version: 2, keyId: SIGNER.keyId, publicKey: base64(SIGNER.publicKey) },
    signature: base64(SIGNER.sign(encodeManifestSeal(2, manifest, undefined, nodeCrypto))),
  };
  return writeZip([
    ...entries,
    { name: 'manifest.json', octets: manifest },
    { name: 'manifest.seal.json', octets: Buffer.from(formatDocument(seal)) },
  ]);
}

/** Every JSON value within, replaced by something of another kind. */
function* mutants(value: unknown, strange: unknown): Generator<unknown> {
  yield strange;
  if (typeof value !== 'object' || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    for (const mutant of mutants(inner, strange)) {
      yield Array.isArray(value)
        ? value.map((one, at) => (String(at) === name ? mutant : one))
        : { ...value, [name]: mutant };
    }
  }
}

it.each(['verification.json', 'policy.json', 'report.json', 'audit.json'])(
  'whatever stands in %s, a verdict is given',
  async (name) => {
    const entries = await readZip(await packageOf(), { entries: 64, size: 2 ** 20 });
    const original = JSON.parse(Buffer.from(entries.find((entry) => entry.name === name)?.octets ?? []).toString());
    const small = name === 'report.json' ? { ...original, checks: original.checks.slice(0, 2) } : original;
    const results = new Set<string>();
    for (const strange of [null, 'x', {}]) {
      for (const mutant of mutants(small, strange)) {
        const octets = Buffer.from(JSON.stringify(mutant));
        const hostile = await sealed((entry) => (entry.name === name ? [{ name, octets }] : [entry]));
        results.add((await verifyPackage(hostile, TRUST)).result);
      }
    }
    expect(results).toContain('altered');
  },
);

it.each(['signature.bin', 'certificate.der', 'revocation/ocsp-response.der', 'trust-anchors/1.der', 'content.bin'])(
  'another %s under a seal that fits is never the same verdict',
  async (name) => {
    const octets = Buffer.from('not this');
    const other = await sealed((entry) => (entry.name === name ? [{ name, octets }] : [entry]));
    expect(['altered', 'differs']).toContain((await verifyPackage(other, TRUST)).result);
    const without = await sealed((entry) => (entry.name === name ? [] : [entry]));
    expect(['altered', 'differs']).toContain((await verifyPackage(without, TRUST)).result);
  },
);

it('is itself whole when nothing is changed', async () => {
  expect((await verifyPackage(await sealed((entry) => [entry]), TRUST)).result).toBe('same');
});

const DEEP = 100_000;
const bombs: readonly (readonly [string, string])[] = [
  ['arrays in arrays', '['.repeat(DEEP) + ']'.repeat(DEEP)],
  ['objects in objects', `${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}`],
  ['more values than any document', `[${'0,'.repeat(1_100_000)}0]`],
];
const documents = ['verification.json', 'policy.json', 'report.json', 'audit.json'];

it.each(documents.flatMap((name) => bombs.map(([what, bomb]) => [name, what, bomb] as const)))(
  'in %s %s are told, and break nothing',
  async (name, _what, bomb) => {
    const hostile = await sealed(({ octets, ...entry }) => {
      if (entry.name !== name) return [{ ...entry, octets }];
      const text = Buffer.from(octets).toString().trimEnd().replace(/\}$/, '');
      return [{ name, octets: Buffer.from(`${text},"more":${bomb}}`) }];
    });
    expect(await verifyPackage(hostile, TRUST)).toMatchObject({
      ...{ result: 'altered', faults: [{ fault: 'entry-unreadable', name }] },
    });
  },
);

it.each(bombs)('in the manifest, or its seal, %s are told as well', async (_what, bomb) => {
  const entries = await readZip(await packageOf(), { entries: 64, size: 2 ** 20 });
  for (const [name, fault] of [
    ['manifest.json', 'manifest-unreadable'],
    ['manifest.seal.json', 'manifest-seal-broken'],
  ] as const) {
    const octets = Buffer.from(`{"more":${bomb}}`);
    const hostile = await writeZip(entries.map((entry) => (entry.name === name ? { name, octets } : entry)));
    expect((await verifyPackage(hostile, TRUST)).faults).toEqual([{ fault, name }]);
  }
});

it('a document longer than any text is told', async () => {
  const octets = Buffer.alloc(33 * 2 ** 20, ' ');
  octets.write('{}', 'latin1');
  const hostile = await sealed((entry) => (entry.name === 'report.json' ? [{ name: 'report.json', octets }] : [entry]));
  expect((await verifyPackage(hostile, TRUST)).faults).toEqual([{ fault: 'entry-unreadable', name: 'report.json' }]);
});
