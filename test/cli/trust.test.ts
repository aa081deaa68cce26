import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readTrust } from '../../src/cli/trust.ts';
import { newSealKey } from '../core/audit/crypto.ts';
import { rootCertificate } from '../core/timestamp/composing.ts';

const key = newSealKey();
const KEYS = {
  items: [],
  keys: [{ publicKey: Buffer.from(key.spki).toString('base64'), validFrom: '2026-06-01T03:00:00Z', validUntil: null }],
};
const PEM = `-----BEGIN CERTIFICATE-----\n${Buffer.from(rootCertificate).toString('base64')}\n-----END CERTIFICATE-----\n`;

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'jpki-trust-'));
  await writeFile(join(directory, 'keys.json'), JSON.stringify(KEYS));
  await writeFile(join(directory, 'root.pem'), PEM + PEM);
  await writeFile(join(directory, 'root.der'), rootCertificate);
  await writeFile(join(directory, 'cut.pem'), PEM.slice(0, -10));
  await writeFile(join(directory, 'empty'), '');
});
afterAll(() => rm(directory, { recursive: true, force: true }));
const read = (...names: string[]) => readTrust(names.map((name) => join(directory, name)));

describe('--trust', () => {
  it('takes the keys that seal, whole', async () => {
    const { keys, timestampAnchors } = await read('keys.json');
    expect(keys).toEqual([
      { keyId: key.keyId, spki: key.spki, validFrom: Date.parse('2026-06-01T03:00:00Z'), validUntil: null },
    ]);
    expect(timestampAnchors).toEqual([]);
  });

  it('takes certificates of authorities, in PEM and in DER, and several files', async () => {
    const { keys, timestampAnchors } = await read('root.pem', 'keys.json', 'root.der');
    expect([keys.length, timestampAnchors.length]).toEqual([1, 3]);
    expect(Buffer.from(timestampAnchors[2]?.der ?? [])).toEqual(Buffer.from(rootCertificate));
    expect(await read()).toEqual({ keys: [], timestampAnchors: [] });
  });

  it.each(['cut.pem', 'empty', 'nowhere'])(
    'refuses %s: what is left out in silence would be missed too late',
    async (name) => {
      await expect(read(name)).rejects.toThrow();
    },
  );
});
