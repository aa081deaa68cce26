import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readPackage } from '../../../src/cli/evidence/read-package.ts';
import { sealsOfPackage } from '../../../src/cli/evidence/seals-of-package.ts';
import { verdictLines } from '../../../src/cli/evidence/verdict-lines.ts';
import { type Trust, verifyPackage } from '../../../src/cli/evidence/verify-package.ts';
import { describeChains, type GivenTimestamps } from '../../../src/core/evidence/timestamps-document.ts';
import { decodeCertificate } from '../../../src/core/x509/decode-certificate.ts';
import { createAuditReader } from '../../../src/features/audit/reader.ts';
import { loadPublicKeys } from '../../../src/features/audit/seal-store.ts';
import { createSealer } from '../../../src/features/audit/sealer.ts';
import { listSeals } from '../../../src/features/audit/seals.ts';
import { createSealKeys } from '../../../src/features/audit/service.ts';
import { createTimestamper } from '../../../src/features/audit/timestamper.ts';
import { describeProof } from '../../../src/features/evidence/describe-proofs.ts';
import { createEvidenceService } from '../../../src/features/evidence/service.ts';
import type { Caller } from '../../../src/features/tenants/caller.ts';
import { createDatabase } from '../../../src/platform/database/create-database.ts';
import { silentLog } from '../../../src/platform/log.ts';
import { runInTerminal } from '../../cli/terminal.ts';
import { TRUST } from '../../evidence-package.ts';
import { FIXTURE_NOW } from '../../fixtures.ts';
import { PATIENT_DATABASE } from '../../patience.ts';
import { createStamper, readStamp, type Stamper, TSA_ROOT } from '../audit/stamping.ts';
import { createWorld, signedRequest, verify, type World } from '../world.ts';

const DAY = 24 * 3_600_000;
const YEAR = 365 * DAY;

let world: World;
let bank: Caller;
let authority: Stamper;
/** The same verification: before its seal was timestamped, after it, and after that timestamp was renewed. */
let before: Buffer;
let stamped: Buffer;
let renewed: Buffer;
let trust: Trust;
beforeAll(async () => {
  world = await createWorld();
  // whose packages are not judged again: the fake gateway leaves no evidence to do so by
  bank = await world.createCaller('bank', { role: 'service-provider' });
  world.clock.at = FIXTURE_NOW;
  authority = createStamper(world.clock, FIXTURE_NOW + YEAR);
  const { verificationId } = await verify(world, bank, signedRequest(Buffer.from('content')));
  await seal();
  before = await exportOf(verificationId);
  await later(DAY);
  await stamp();
  stamped = await exportOf(verificationId);
  await later(YEAR - 2 * DAY);
  authority.validUntil = FIXTURE_NOW + 3 * YEAR;
  await stamp();
  renewed = await exportOf(verificationId);
  await later(DAY);
  trust = {
    ...{ anchors: TRUST.anchors, keys: await loadPublicKeys(world.database.knex) },
    timestampAnchors: [decodeCertificate(TSA_ROOT)],
  };
});
afterAll(() => world.close());

const keys = () => createSealKeys(world.database, world.vault.deployment);
async function seal(): Promise<void> {
  const { database, clock } = world;
  const deliver = async () => undefined;
  await createSealer({ database, keys: keys(), clock, log: silentLog, deliver }).sealAll();
}
async function later(milliseconds: number): Promise<void> {
  await seal();
  world.clock.at += milliseconds;
}
async function stamp(): Promise<void> {
  const { database, clock } = world;
  const plan = { intervalMs: DAY, marginMs: DAY };
  const parts = { database, authority, read: readStamp, plan, ends: new Map(), clock, log: silentLog };
  expect(await createTimestamper(parts).run()).toBe('taken');
}
async function exportOf(verificationId: string): Promise<Buffer> {
  const { database, vault, clock } = world;
  const service = createEvidenceService({
    ...{ database, vault, clock, sealKeys: keys(), authority, ends: new Map() },
  });
  const exported = await service.export(bank, verificationId, 'req-1');
  if (!exported.ok) throw new Error(exported.code);
  return exported.value;
}
/** As `audit timestamps prove` writes it. */
async function proveNow(octets: Buffer): Promise<GivenTimestamps> {
  const owner = createDatabase({ url: world.testDatabase.adminUrl, poolSize: 1, ...PATIENT_DATABASE, log: silentLog });
  try {
    const read = await readPackage(octets);
    if (!read.ok) throw new Error('not read');
    const who = { actor: 'operator:root', now: world.clock.at } as const;
    const { chains, manifest } = await createAuditReader(owner).renew(sealsOfPackage(read.value), new Map(), who);
    return { ...describeChains(chains), manifest: manifest.map(describeProof) };
  } finally {
    await owner.close();
  }
}
const judge = (octets: Buffer, more: Partial<Trust> = {}) => verifyPackage(octets, { ...trust, ...more });
const numbersOf = (verdict: Awaited<ReturnType<typeof judge>>) =>
  verdict.sealTimestamps.map(({ of, from, state, links }) => [of, from, state, ...links.map(({ number }) => number)]);

it('stands in a package from when its seal was timestamped, and grows by the renewal', async () => {
  expect(await judge(before)).toMatchObject({ result: 'same', sealTimestamps: [] });
  expect(numbersOf(await judge(stamped))).toEqual([['verification', 'package', 'holds', 1]]);
  expect(numbersOf(await judge(renewed))).toEqual([['verification', 'package', 'holds', 1, 2]]);
});

describe('a link that lapsed', () => {
  const end = FIXTURE_NOW + YEAR + 1;

  it('is named: the last one, from the moment of its end', async () => {
    expect((await judge(stamped, { now: end - 1 })).result).toBe('same');
    const verdict = await judge(stamped, { now: end });
    expect(verdict.result).toBe('timestamp-lapsed');
    expect(numbersOf(verdict)).toEqual([['verification', 'package', 'lapsed', 1]]);
    const lines = verdictLines(verdict);
    expect(lines[0]).toMatch(/a time stamp lapsed/);
    expect(lines).toContainEqual(
      expect.stringMatching(/^ {4}1\. 2026-06-02T.* LAPSED: its certificate ended at 2027-06-01T/),
    );
  });

  it('is named where an algorithm ended before the renewal', async () => {
    const ends = new Map([['ECDSA-P-256', FIXTURE_NOW + YEAR - 10 * DAY]]);
    const verdict = await judge(renewed, { ends, now: world.clock.at });
    expect(verdict.sealTimestamps[0]?.links.map(({ lapsed, endOf }) => [lapsed, endOf])).toEqual([
      [true, 'ECDSA-P-256'],
      [true, 'ECDSA-P-256'],
    ]);
    expect(verdict.result).toBe('timestamp-lapsed');
  });

  it('is none where the chain was renewed in time', async () => {
    const verdict = await judge(renewed, { now: end + YEAR });
    expect([verdict.result, verdict.sealTimestamps[0]?.state]).toEqual(['same', 'holds']);
  });
});

describe('an older package with the chain as it is now', () => {
  const end = FIXTURE_NOW + YEAR + 1;

  it('holds after its own timestamps ended: seal and manifest are both covered', async () => {
    const given = await proveNow(stamped);
    const verdict = await judge(stamped, { given, now: end + YEAR });
    expect(verdict.result).toBe('same');
    expect(numbersOf(verdict)).toEqual([
      ['verification', 'given', 'holds', 1, 2],
      ['manifest', 'given', 'holds', 2],
    ]);
    expect(verdictLines(verdict).join('\n')).toContain('tells of this package (batch');
  });

  it('of before any timestamp too', async () => {
    const given = await proveNow(before);
    expect((await judge(before, { now: end + YEAR })).result).toBe('timestamp-lapsed');
    const verdict = await judge(before, { given, now: end + YEAR });
    expect([verdict.result, ...numbersOf(verdict)]).toEqual([
      ...['same', ['verification', 'given', 'holds', 1, 2], ['manifest', 'given', 'holds', 1, 2]],
    ]);
  });

  it('does not hold where its manifest is not told of: the stamp over it has ended', async () => {
    const given = { ...(await proveNow(stamped)), manifest: [] };
    const verdict = await judge(stamped, { given, now: end });
    expect([verdict.result, verdict.timestamp?.lapsed]).toEqual(['timestamp-lapsed', true]);
    expect(verdictLines(verdict)).toContainEqual(
      expect.stringMatching(/^ {2}time stamp .* LAPSED: nothing that is newer/),
    );
    expect((await judge(stamped, { given, now: end - 1 })).timestamp?.lapsed).toBe(false);
  });

  it.each<[string, (given: GivenTimestamps, other: GivenTimestamps) => GivenTimestamps]>([
    ['of another package', (_given, other) => ({ ...other, chains: [] })],
    ['without anything', (given) => ({ ...given, chains: [], manifest: [] })],
    [
      'without a first link',
      (given) => ({ ...given, chains: given.chains.map((one) => ({ ...one, links: one.links.slice(1) })) }),
    ],
    ['with lines of another', (given, other) => ({ ...given, manifest: other.manifest })],
    [
      'with a link altered',
      (given) => ({
        ...given,
        chains: given.chains.map((one) => ({
          ...one,
          links: one.links.map((link) => ({ ...link, number: link.number + 1 })),
        })),
      }),
    ],
  ])('is not taken %s', async (_what, change) => {
    const given = change(await proveNow(stamped), await proveNow(before));
    await expect(judge(stamped, { given })).rejects.toThrow(/not of this package, or were altered/);
  });
});

it('is believed of authorities that --trust vouches for alone', async () => {
  const verdict = await judge(stamped, { timestampAnchors: [] });
  expect([verdict.result, verdict.sealTimestamps[0]?.state]).toEqual(['origin-not-proven', 'not-trusted']);
});

describe('jpki evidence verify', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'jpki-chain-'));
    const { items, keys: all } = await listSeals(world.database, {});
    await writeFile(join(folder, 'seals.json'), JSON.stringify({ items, keys: all }));
    await writeFile(join(folder, 'tsa.der'), TSA_ROOT);
    await writeFile(join(folder, 'package.zip'), stamped);
    await writeFile(join(folder, 'chain.json'), JSON.stringify(await proveNow(stamped)));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  /** By the clock of the terminal, half a year later. */
  const run = (...more: string[]) => {
    const trusted = ['--trust', join(folder, 'seals.json'), '--trust', join(folder, 'tsa.der')];
    return runInTerminal(['evidence', 'verify', join(folder, 'package.zip'), ...trusted, ...more], {});
  };

  it('prints the chain, and that which is given beside an older package', async () => {
    const { code, out } = await run();
    expect([code, out.filter((line) => /^ {4}\d+\. /.test(line)).length]).toEqual([0, 1]);
    const given = await run('--timestamps', join(folder, 'chain.json'));
    expect([given.code, given.out.filter((line) => /^ {4}\d+\. .*: trusted, good until/.test(line)).length]).toEqual([
      0, 3,
    ]);
  });

  it('has an exit code of its own for a link that lapsed', async () => {
    const { code, out } = await run('--algorithm-ends', 'ECDSA-P-256=2026-11-01');
    expect([code, out.join('\n')]).toEqual([
      4,
      expect.stringContaining('LAPSED: ECDSA-P-256 ended at 2026-11-01T00:00:00Z'),
    ]);
    expect((await run('--algorithm-ends', 'ECDSA-P-256=2026-11-23')).code).toBe(0);
  });

  it('refuses a list of algorithms or a file that is none', async () => {
    expect((await run('--algorithm-ends', 'MD5=2026-11-01')).code).toBe(2);
    const { code, err } = await run('--timestamps', join(folder, 'seals.json'));
    expect([code, err]).toEqual([1, [expect.stringContaining('is no file of audit timestamps prove')]]);
  });
});

it('is the same package twice', async () => {
  const { verificationId } = await verify(world, bank, signedRequest(Buffer.from('twice')));
  await seal();
  expect((await exportOf(verificationId)).equals(await exportOf(verificationId))).toBe(true);
});
