import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createEmptyTestDatabase } from '../database.ts';
import { readFixture } from '../fixtures.ts';
import { runInTerminal } from './terminal.ts';

let database: Awaited<ReturnType<typeof createEmptyTestDatabase>>;
let dataDir: string;
let env: Record<string, string>;
beforeAll(async () => {
  database = await createEmptyTestDatabase();
  dataDir = await mkdtemp(join(tmpdir(), 'jpki-cli-'));
  env = {
    JPKI_MODE: 'production',
    DATA_DIR: dataDir,
    DATABASE_URL: database.url,
    DATABASE_ADMIN_URL: database.adminUrl,
  };
});
afterAll(async () => {
  await database.drop();
  await rm(dataDir, { recursive: true, force: true });
});
const run = (...args: string[]) => runInTerminal(args, env);

const authority = [
  ...['tenants', 'create', 'a', '--authority', 'contract', '--authority-reference', 'x'],
  '--authority-from',
];

const client = ['clients', 'create', '--tenant', 'a', '--scopes', 'verify'];

const create = ['clients', 'create', '--tenant', 'bank-a', '--scopes', 'verify', '--json'];

describe('usage', () => {
  it('is shown on request, in both languages', async () => {
    const { code, out } = await run('help');
    expect(code).toBe(0);
    expect(out.join()).toMatch(/使い方.*usage/s);
  });

  it.each<[string, string[], RegExp]>([
    ['an unknown command', ['tenants', 'destroy'], /There is no command "tenants destroy"/],
    [
      'half a command',
      ['audit'],
      /There is no command "audit"\. There are audit verify, audit timestamps, audit proof, audit seals\./,
    ],
    ['an unknown option', ['migrate', '--force'], /--force/],
    ['no tenant name', ['tenants', 'create'], /exactly one tenant name/],
    ['two tenant names', ['tenants', 'create', 'a', 'b'], /exactly one tenant name/],
    ['an unknown role', ['tenants', 'create', 'a', '--role', 'king'], /--role is/],
    ['half an authority', ['tenants', 'create', 'a', '--authority', 'contract'], /--authority-reference is missing/],
    [
      'an authority of no day',
      [
        'tenants',
        'create',
        'a',
        '--authority',
        'contract',
        '--authority-reference',
        'x',
        '--authority-from',
        '2026-13-01',
      ],
      /--authority-from/,
    ],
    ['an authority of a day that no calendar has', [...authority, '2026-02-30'], /--authority-from/],
    [
      'an authority that ends before it begins',
      [...authority, '2026-04-01', '--authority-to', '2026-03-31'],
      /--authority-to is before/,
    ],
    ['no client', ['clients', 'revoke', '--tenant', 'a'], /exactly one client id/],
    ['an overlap of no number', ['clients', 'rotate', 'cli_1', '--tenant', 'a', '--overlap', '1d'], /--overlap is/],
    ['an expiry of no day', [...client, '--expires', '2026-02-30T00:00:00Z'], /--expires is an instant/],
    ['no certificate', [...client, '--certificate', '/nowhere.pem'], /--certificate is a PEM file/],
    ['no tenant', ['clients', 'create', '--scopes', 'verify'], /--tenant NAME is missing/],
    ['no scopes', ['clients', 'create', '--tenant', 'a'], /--scopes/],
  ])('wrong: %s', async (_name, args, sentence) => {
    const { code, out, err } = await run(...args);
    expect(code).toBe(2);
    expect(out).toEqual([]);
    expect(err[0]).toMatch(sentence);
  });
});

describe('config check', () => {
  it('lists every problem', async () => {
    const { code, err } = await run('config', 'check');
    expect(code).toBe(1);
    expect(err.map((line) => line.split(' ')[0])).toEqual([
      'TRUST_ANCHORS_DIR',
      'OCSP_URL_DIGITAL_SIGNATURE',
      'OCSP_URL_USER_AUTHENTICATION',
    ]);
  });

  it('says so when there is none', async () => {
    const { code, out } = await runInTerminal(['config', 'check'], {});
    expect([code, out.length]).toEqual([0, 1]);
  });

  it('looks into the directory of trust anchors', async () => {
    const gateway = { OCSP_URL_DIGITAL_SIGNATURE: 'http://a', OCSP_URL_USER_AUTHENTICATION: 'http://a' };
    const check = (directory: string) =>
      runInTerminal(['config', 'check'], { ...env, ...gateway, TRUST_ANCHORS_DIR: directory });
    expect((await check(dataDir)).err).toEqual([expect.stringMatching(/^TRUST_ANCHORS_DIR holds no/)]);
    expect((await check(join(dataDir, 'none'))).err).toEqual([
      expect.stringMatching(/^TRUST_ANCHORS_DIR cannot be read/),
    ]);
  });
});

describe('config check of the files of the gateway', () => {
  const anchors = () => join(dataDir, 'anchors');
  const check = (settings: Record<string, string>) =>
    runInTerminal(['config', 'check'], {
      ...env,
      OCSP_URL_DIGITAL_SIGNATURE: 'http://a',
      OCSP_URL_USER_AUTHENTICATION: 'http://a',
      TRUST_ANCHORS_DIR: anchors(),
      CRL_DIR: dataDir,
      ...settings,
    });

  it('says all that would stop a start', async () => {
    const none = join(dataDir, 'none');
    const tsa = { TSA_URL: 'http://a', TSA_TRUST_ANCHORS: none };
    expect((await check({ TRUST_ANCHORS_DIR: none, CRL_DIR: none, ...tsa })).err).toEqual([
      expect.stringMatching(/^TRUST_ANCHORS_DIR cannot be read/),
      expect.stringMatching(/^CRL_DIR cannot be read/),
      expect.stringMatching(/^TSA_TRUST_ANCHORS cannot be read/),
    ]);
  });

  it('warns of an anchor that is trusted without a pin', async () => {
    await mkdir(anchors());
    await writeFile(join(anchors(), 'root.crt'), readFixture('root-digital-signature-1.crt'));
    expect((await check({})).err).toEqual([expect.stringMatching(/none of the known JPKI roots: remove it/)]);
    const { code, out, err } = await check({ TRUST_ANCHORS_UNPINNED: 'accept' });
    expect([code, out.length, err]).toEqual([0, 1, [expect.stringMatching(/^WARNING: the trust anchor/)]]);
  });
});

describe('from an empty database to a client', () => {
  it('nothing works before migrate, and a sentence says so', async () => {
    const { code, out, err } = await run('tenants', 'create', 'bank-a', '--json');
    expect([code, out]).toEqual([1, []]);
    expect(err).toEqual([expect.stringContaining('npm run jpki -- migrate')]);
  });

  it('migrate brings the schema up, and a second one has nothing to do', async () => {
    const { code, out } = await run('migrate', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out.join()).applied.length).toBeGreaterThan(0);
    expect((await run('migrate')).out).toEqual(['The schema is current.']);
  });

  it('tenants create prints the tenant, its role and authority apart', async () => {
    const { code, out, err } = await run(
      ...['tenants', 'create', 'bank-a', '--json', '--authority', 'accreditation', '--authority-reference', '第1号'],
      ...['--authority-from', '2026-04-01'],
    );
    expect([code, out.length, err]).toEqual([0, 1, []]);
    expect(JSON.parse(out[0] as string)).toMatchObject({ name: 'bank-a', policy: { challengeRequired: true } });
    const again = await run('tenants', 'create', 'bank-a');
    expect([again.code, again.err.length]).toEqual([1, 1]);
  });

  it('tenants policy changes what it names', async () => {
    const { out } = await run('tenants', 'policy', 'bank-a', '--set', 'challengeRequired=false', '--json');
    expect(JSON.parse(out.join())).toMatchObject({ name: 'bank-a', policy: { challengeRequired: false } });
    expect((await run('tenants', 'policy', 'bank-a', '--set', 'challenge=no')).code).toBe(1);
    expect((await run('tenants', 'policy', 'bank-z', '--set', 'challengeRequired=false')).code).toBe(1);
  });

  it.each(['myNumberAllowed=true', 'consentRetention=P5Y', 'faceRetention=P30D', 'myNumberRetention=P3Y'])(
    'tenants policy keeps %s, and says plainly that it has no effect yet',
    async (assignment) => {
      const { code, out, err } = await run('tenants', 'policy', 'bank-a', '--set', assignment);
      expect([code, err]).toEqual([0, [expect.stringContaining('has no effect in this version')]]);
      expect(out.join()).toContain(assignment);
      expect((await run('tenants', 'policy', 'bank-a', '--set', 'storeSubject=true')).err).toEqual([]);
    },
  );

  it('clients create prints the key, this once', async () => {
    const { code, out } = await run(
      'clients',
      'create',
      '--tenant',
      'bank-a',
      '--scopes',
      'verify,subjects:read',
      '--json',
    );
    expect([code, out.length]).toEqual([0, 1]);
    expect(JSON.parse(out[0] as string)).toEqual({
      clientId: expect.stringMatching(/^cli_/),
      apiKey: expect.stringMatching(/^jpk_/),
    });
    expect((await run('clients', 'create', '--tenant', 'bank-a', '--scopes', 'everything')).code).toBe(1);
  });

  it('clients are listed, changed, given a new key and revoked', async () => {
    const made = JSON.parse((await run(...create, '--name', 'app', '--expires', '2027-03-31T15:00:00Z')).out.join());
    const list = async () => {
      const { out } = await run('clients', 'list', '--tenant', 'bank-a', '--json');
      return out.map((line) => JSON.parse(line)).find(({ clientId }) => clientId === made.clientId);
    };
    expect(await list()).toMatchObject({
      name: 'app',
      expiresAt: '2027-03-31T15:00:00Z',
      lastUsedAt: null,
      keys: [{}],
    });
    const changes = [
      '--scopes',
      'admin',
      '--expires',
      'none',
      '--external-id',
      'app-1',
      '--certificate',
      'ab'.repeat(32),
    ];
    expect((await run('clients', 'change', made.clientId, '--tenant', 'bank-a', ...changes)).code).toBe(0);
    expect(await list()).toMatchObject({
      ...{ name: 'app', expiresAt: null, scopes: ['admin'], externalId: 'app-1' },
      certificateSha256: 'ab'.repeat(32),
    });
    const rotated = await run('clients', 'rotate', made.clientId, '--tenant', 'bank-a', '--overlap', '60', '--json');
    expect(JSON.parse(rotated.out.join())).toMatchObject({ apiKey: expect.stringMatching(/^jpk_/), keys: [{}, {}] });
    const revoked = await run('clients', 'revoke', made.clientId, '--tenant', 'bank-a', '--json');
    expect(JSON.parse(revoked.out.join())).toMatchObject({ keys: [], revokedAt: '2026-11-22T03:00:00Z' });
    expect((await run('clients', 'rotate', made.clientId, '--tenant', 'bank-a')).err).toEqual([
      'The client was revoked.',
    ]);
    expect((await run('clients', 'revoke', 'cli_0', '--tenant', 'bank-a')).err).toEqual(['No such client.']);
    expect((await run('clients', 'list', '--tenant', 'bank-z')).code).toBe(1);
    const withoutKey = await run(...create, '--no-key');
    expect(JSON.parse(withoutKey.out.join())).toMatchObject({ apiKey: null });
  });

  it('a client takes the certificate that a PEM file holds', async () => {
    const pem = join(dataDir, 'client.pem');
    const der = readFixture('leaf-user-authentication.crt');
    await writeFile(
      pem,
      `-----BEGIN CERTIFICATE-----\n${Buffer.from(der).toString('base64')}\n-----END CERTIFICATE-----\n`,
    );
    const { clientId } = JSON.parse((await run(...create, '--certificate', pem)).out.join());
    const { out } = await run('clients', 'list', '--tenant', 'bank-a', '--json');
    const found = out.map((line) => JSON.parse(line)).find((client) => client.clientId === clientId);
    expect(found.certificateSha256).toBe(createHash('sha256').update(der).digest('hex'));
  });

  it('tenants are listed, suspended and resumed', async () => {
    expect((await run('tenants', 'suspend', 'bank-a')).out).toEqual([
      expect.stringMatching(/^bank-a {2}verifier {2}suspended/),
    ]);
    const { out } = await run('tenants', 'list', '--json');
    expect(out.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ name: 'bank-a', status: 'suspended' }),
    ]);
    expect((await run('tenants', 'resume', 'bank-a')).out).toEqual([expect.stringMatching(/active/)]);
    expect((await run('tenants', 'suspend', 'bank-z')).code).toBe(1);
  });

  it('tenants policy without --set shows it', async () => {
    const { out } = await run('tenants', 'policy', 'bank-a');
    expect(out.join()).toMatch(/challengeRequired=false.*verificationRetention=P7Y.*quotaPerDay=none/s);
  });

  it('a database that is away is a sentence', async () => {
    const { code, err } = await runInTerminal(['migrate'], {
      ...env,
      DATABASE_URL: 'postgres://a:b@127.0.0.1:1/c',
      DATABASE_ADMIN_URL: 'postgres://a:b@127.0.0.1:1/c',
    });
    expect([code, err]).toEqual([1, [expect.stringMatching(/^The database cannot be used \(ECONNREFUSED\)/)]]);
  });
});
