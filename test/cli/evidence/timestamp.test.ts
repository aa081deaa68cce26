import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { verdictLines } from '../../../src/cli/evidence/verdict-lines.ts';
import { verifyPackage } from '../../../src/cli/evidence/verify-package.ts';
import { MANIFEST, MANIFEST_SEAL, MANIFEST_TIMESTAMP } from '../../../src/core/evidence/manifest.ts';
import { encodeMessageImprint } from '../../../src/core/timestamp/message-imprint.ts';
import { decodeCertificate } from '../../../src/core/x509/decode-certificate.ts';
import type { Stamp } from '../../../src/features/evidence/build-package.ts';
import { readZip } from '../../../src/platform/zip/read-zip.ts';
import { writeZip, type ZipEntry } from '../../../src/platform/zip/write-zip.ts';
import { SANDBOX_TSA_POLICY } from '../../../src/sandbox/policies.ts';
import * as compose from '../../core/revocation/compose.ts';
import * as tst from '../../core/timestamp/composing.ts';
import { NO_STAMP, NO_TRUST, packageOf, stampAt, TRUST, TSA_ROOT, trustDocument } from '../../evidence-package.ts';
import { FIXTURE_NOW } from '../../fixtures.ts';
import { hasOpenssl, openssl } from '../../sandbox/world.ts';
import { runInTerminal } from '../terminal.ts';

const LIMITS = { entries: 64, size: 2 ** 20 };
const LATER = FIXTURE_NOW + 5_250;
const stamped = (stamp: Stamp = stampAt(LATER)) => packageOf({ stamp });
const entriesOf = async (octets: Buffer) => readZip(octets, LIMITS);
const octetsOf = (entries: readonly ZipEntry[], wanted: string) =>
  Buffer.from(entries.find(({ name }) => name === wanted)?.octets ?? []);
const remade = async (octets: Buffer, change: (entries: ZipEntry[]) => ZipEntry[]) =>
  verifyPackage(await writeZip(change([...(await entriesOf(octets))])), TRUST);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jpki-timestamp-'));
});
afterAll(() => rm(folder, { recursive: true }));
async function write(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}
const pem = () =>
  `-----BEGIN CERTIFICATE-----\n${Buffer.from(TSA_ROOT.der).toString('base64')}\n-----END CERTIFICATE-----\n`;

describe('the time stamp of a package', () => {
  it('is told, with who made it and by which policy', async () => {
    const verdict = await verifyPackage(await stamped(), TRUST);
    expect(verdict).toMatchObject({
      ...{ result: 'same', faults: [], differences: [], formatVersion: 2 },
      timestamp: {
        ...{ at: '2026-06-01T03:00:05.250Z', accuracySeconds: 1, tsa: 'Sandbox TSA', policy: SANDBOX_TSA_POLICY },
        ...{ trusted: true, validUntil: '2034-08-28T14:59:59Z', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      },
    });
    const line = verdictLines(verdict).find((one) => one.includes('time stamp'));
    expect(line).toContain('2026-06-01T03:00:05.250Z by "Sandbox TSA"');
    expect(line).toContain('trusted, until 2034-08-28T14:59:59Z');
  });

  it('is over the octets of the manifest, and stands behind it', async () => {
    const names = (await entriesOf(await stamped())).map(({ name }) => name);
    expect(names.slice(-3)).toEqual([MANIFEST, MANIFEST_TIMESTAMP, MANIFEST_SEAL]);
    const cover = octetsOf(await entriesOf(await stamped()), 'cover.html').toString();
    expect(cover).toContain('in manifest.tst (RFC 3161)');
  });

  it('gives the same octets with the same token', async () => {
    expect((await stamped()).equals(await stamped())).toBe(true);
  });

  it.each([
    ['not-configured', 'no time stamping authority is set'],
    ['unavailable', 'it could not be had from the time stamping authority'],
  ] as const)('that is not there is said so on the cover: %s', async (state, words) => {
    const octets = await stamped(async () => ({ state }));
    const entries = await entriesOf(octets);
    expect(entries.map(({ name }) => name)).not.toContain(MANIFEST_TIMESTAMP);
    expect(JSON.parse(octetsOf(entries, MANIFEST).toString()).timestamp).toBeNull();
    const cover = octetsOf(entries, 'cover.html').toString();
    expect(cover).toContain(words);
    expect(cover).not.toContain('manifest.tst');
    const verdict = await verifyPackage(octets, TRUST);
    expect(verdict).toMatchObject({ result: 'same', timestamp: null });
    expect(verdictLines(verdict)).toContainEqual(expect.stringContaining('No time stamp'));
  });
});

describe('who stamped', () => {
  it('is believed only when --trust vouches for it', async () => {
    const path = await write('package.zip', await stamped());
    const seals = await write('seals.json', trustDocument());
    const root = await write('tsa.pem', pem());
    const anchors = TRUST.anchors.flatMap((pin) => ['--anchor', pin]);
    const run = (...trust: readonly string[]) => runInTerminal(['evidence', 'verify', path, ...anchors, ...trust], {});
    expect(await run('--trust', seals, '--trust', root)).toMatchObject({ code: 0 });
    const without = await run('--trust', seals);
    expect(without.code).toBe(3);
    expect(without.out[0]).toContain('origin not proven');
    expect(without.out).toContainEqual(expect.stringMatching(/time stamp .*not trusted/));
    expect((await run('--trust', root)).code).toBe(3);
  });

  it('is nobody that is known, when a forger stamps by a key of his own', async () => {
    const forged: Stamp = async (hashedMessage) => ({
      state: 'stamped',
      token: tst.buildToken({
        tstInfo: tst.buildTstInfo({
          messageImprint: encodeMessageImprint({ hashAlgorithm: 'SHA-256', hashedMessage }),
          genTime: compose.generalizedTime(LATER),
        }),
      }),
    });
    const octets = await stamped(forged);
    expect(await verifyPackage(octets, TRUST)).toMatchObject({
      ...{ result: 'origin-not-proven', sealKey: { trusted: true } },
      timestamp: { trusted: false, tsa: 'TSA', validUntil: null },
    });
    const timestampAnchors = [decodeCertificate(tst.tsaCertificate)];
    expect((await verifyPackage(octets, { ...TRUST, timestampAnchors })).result).toBe('same');
    expect((await verifyPackage(octets, NO_TRUST)).result).toBe('origin-not-proven');
  });

  it('was a certificate that had ended', async () => {
    expect(await verifyPackage(await stamped(stampAt(LATER, 'delegate-expired')), TRUST)).toMatchObject({
      ...{ result: 'origin-not-proven', timestamp: { trusted: false } },
    });
  });

  it('may write into its name what a terminal would obey: it is shown without', async () => {
    const spoilt = compose.createParty('T\u001b[2J\u0085\u202eS\u2028A');
    const certificate = tst.issueTsa({ subject: spoilt });
    const stamp: Stamp = async (hashedMessage) => {
      const messageImprint = encodeMessageImprint({ hashAlgorithm: 'SHA-256', hashedMessage });
      const tstInfo = tst.buildTstInfo({ messageImprint, genTime: compose.generalizedTime(LATER) });
      return { state: 'stamped', token: tst.buildToken({ tstInfo, signer: spoilt, certificate }) };
    };
    const verdict = await verifyPackage(await stamped(stamp), TRUST);
    expect(verdict.timestamp?.tsa).toBe('T�[2J��S�A');
  });
});

describe('a time stamp that is not that of the package', () => {
  const BROKEN = { result: 'altered', faults: [{ fault: 'timestamp-broken', name: MANIFEST_TIMESTAMP }] };

  it.each([
    ['of something else', stampAt(LATER, 'wrong-imprint')],
    ['by another key', stampAt(LATER, 'wrong-signer')],
    ['of a broken signature', stampAt(LATER, 'bad-signature')],
    ['by a certificate for something else', stampAt(LATER, 'delegate-without-usage')],
    ['that is none', async () => ({ state: 'stamped', token: Buffer.from('no token') }) as const],
    ['that is empty', async () => ({ state: 'stamped', token: new Uint8Array() }) as const],
    ['of long before the verification', stampAt(LATER, 'stale')],
  ])('%s is found under a seal that fits', async (_, stamp) => {
    expect(await verifyPackage(await stamped(stamp), TRUST)).toMatchObject(BROKEN);
  });

  it('may be a minute before the verification, as clocks go, and no more', async () => {
    expect((await verifyPackage(await stamped(stampAt(FIXTURE_NOW - 62_000)), TRUST)).result).toBe('same');
    expect(await verifyPackage(await stamped(stampAt(FIXTURE_NOW - 62_001)), TRUST)).toMatchObject(BROKEN);
  });

  it('is found whichever octet of it is altered', async () => {
    const octets = await stamped();
    const entries = await entriesOf(octets);
    const token = octetsOf(entries, MANIFEST_TIMESTAMP);
    const missed: number[] = [];
    for (let at = 0; at < token.length; at += 1) {
      const altered = Buffer.from(token);
      altered[at] = (altered[at] as number) ^ (1 << (at % 8));
      const verdict = await remade(octets, (all) =>
        all.map((entry) => (entry.name === MANIFEST_TIMESTAMP ? { ...entry, octets: altered } : entry)),
      );
      if (verdict.result !== 'altered') missed.push(at);
    }
    expect(token.length).toBeGreaterThan(1_000);
    expect(missed).toEqual([]);
  });

  it('is found where any bit of the file is flipped', async () => {
    const octets = await stamped();
    const missed: number[] = [];
    for (let at = 0; at < octets.length; at += 37) {
      const altered = Buffer.from(octets);
      altered[at] = (altered[at] as number) ^ (1 << (at % 8));
      if ((await verifyPackage(altered, TRUST)).result !== 'altered') missed.push(at);
    }
    expect(missed).toEqual([]);
  });

  it('is missed when it was taken out, found when it was put in, or put elsewhere', async () => {
    const octets = await stamped();
    const bare = await stamped(NO_STAMP);
    const token = (await entriesOf(octets)).find(({ name }) => name === MANIFEST_TIMESTAMP) as ZipEntry;
    const without = await remade(octets, (all) => all.filter(({ name }) => name !== MANIFEST_TIMESTAMP));
    expect(without.faults).toEqual([{ fault: 'entry-missing', name: MANIFEST_TIMESTAMP }]);
    const withOne = await remade(bare, (all) => [...all.slice(0, -1), token, ...all.slice(-1)]);
    expect(withOne.faults).toEqual([{ fault: 'entry-not-listed', name: MANIFEST_TIMESTAMP }]);
    const twice = await remade(octets, (all) => [...all.slice(0, -1), token, ...all.slice(-1)]);
    expect(twice.faults).toEqual([{ fault: 'entry-duplicated', name: MANIFEST_TIMESTAMP }]);
    const elsewhere = await remade(octets, (all) => [token, ...all.filter(({ name }) => name !== token.name)]);
    expect(elsewhere.faults).toEqual([{ fault: 'entry-out-of-order', name: MANIFEST }]);
  });

  it('of another token of the same manifest breaks the seal', async () => {
    const later = octetsOf(await entriesOf(await stamped(stampAt(LATER + 1))), MANIFEST_TIMESTAMP);
    const verdict = await remade(await stamped(), (all) =>
      all.map((entry) => (entry.name === MANIFEST_TIMESTAMP ? { ...entry, octets: later } : entry)),
    );
    expect(verdict.faults).toEqual([{ fault: 'manifest-seal-broken', name: MANIFEST_SEAL }]);
  });
});

const withOpenssl = hasOpenssl ? it : it.skip;
withOpenssl('openssl ts takes it, with the two files as they are in the package', async () => {
  const entries = await entriesOf(await stamped());
  const manifest = await write('manifest.json', octetsOf(entries, MANIFEST));
  const token = await write('manifest.tst', octetsOf(entries, MANIFEST_TIMESTAMP));
  const root = await write('root.pem', pem());
  const verify = (data: string) => openssl('ts', '-verify', '-data', data, '-in', token, '-token_in', '-CAfile', root);
  expect(await verify(manifest)).toContain('Verification: OK');
  expect(await verify(root)).toContain('Verification: FAILED');
});
