import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { verifyInclusion } from '../../src/core/audit/verify-inclusion.ts';
import { createSealKeys } from '../../src/features/audit/seal-keys.ts';
import { createSealer } from '../../src/features/audit/sealer.ts';
import { auditCrypto } from '../../src/platform/audit-crypto.ts';
import { silentLog } from '../../src/platform/log.ts';
import { createVault } from '../../src/platform/vault/create-vault.ts';
import { type AuditWorld, createAuditWorld, TENANT } from '../features/audit/audit-world.ts';
import { type Outcome, runInTerminal } from './terminal.ts';

let world: AuditWorld;
let directory: string;
let ids: readonly string[];
let env: Record<string, string>;
beforeAll(async () => {
  world = await createAuditWorld();
  directory = await mkdtemp(join(tmpdir(), 'jpki-audit-'));
  const { database, clock } = world;
  env = {
    DATABASE_URL: world.testDatabase.url,
    DATABASE_ADMIN_URL: world.testDatabase.adminUrl,
    VAULT_KEY_FILE: join(directory, 'keys.json'),
  };
  const vault = await createVault({ keyFile: env.VAULT_KEY_FILE as string, database, log: silentLog });
  const keys = createSealKeys(database, vault.deployment);
  const deliver = async () => undefined;
  await world.superuser.query(
    `insert into tenant (id, name, role, policy, created_at) values ($1, 'bank', 'verifier', '{}', now())`,
    [TENANT],
  );
  ids = await world.append(3);
  await createSealer({ database, keys, clock, log: silentLog, deliver }).sealAll();
  await createSealer({ database, keys, clock, log: silentLog, deliver }).sealAll();
});
afterAll(async () => {
  await world.close();
  await rm(directory, { recursive: true, force: true });
});

const jpki = (...args: string[]): Promise<Outcome> => runInTerminal(args, env);
const file = (name: string) => join(directory, name);

describe('jpki audit verify', () => {
  it('says that the trail is whole, and of what', async () => {
    const { code, out } = await jpki('audit', 'verify');
    expect([code, out.at(-1)]).toEqual([0, expect.stringMatching(/^The trail is whole/)]);
    const json = await jpki('audit', 'verify', '--json');
    expect(JSON.parse(json.out.join(''))).toMatchObject({ sound: true, batches: 2, lines: 4, faults: 0, told: [] });
  });

  it('says which line was altered, with exit code 1', async () => {
    const set = (actor: string) =>
      world.superuser.query('update audit_line set actor = $1 where batch = 1 and position = 1', [actor]);
    await set('client:cli_x');
    const { code, out } = await jpki('audit', 'verify');
    const json = await jpki('audit', 'verify', '--json');
    await set('client:cli_1');
    expect([code, out[0]]).toEqual([1, `Line 1 of batch 1 (${ids[1]}) was altered.`]);
    expect(out.at(-1)).toMatch(/^The trail is broken at 1 place\./);
    expect(json.code).toBe(1);
    expect(JSON.parse(json.out.join(''))).toMatchObject({
      sound: false,
      told: [{ fault: 'line-altered', batch: 1, position: 1, lineId: ids[1] }],
    });
  });

  it('finds the database older than seals held outside, and passes over a torn line', async () => {
    expect((await jpki('audit', 'seals', 'export', '--to', file('seals'))).out).toEqual(['2 seals were written.']);
    expect((await jpki('audit', 'verify', '--against', file('seals'))).code).toBe(0);
    const later = (await readFile(file('seals'), 'utf8')).replaceAll('"batch":2', '"batch":7');
    await writeFile(file('later'), later);
    await appendFile(file('later'), '\n{"version":1,"ba');
    const { code, out, err } = await jpki('audit', 'verify', '--against', file('later'));
    expect(code).toBe(1);
    expect(out[0]).toBe('The seal of batch 7, held outside, is not in the database: it was rolled back.');
    expect(err).toEqual(['1 lines of the file are no seals and were passed over.']);
    expect((await jpki('audit', 'verify', '--against', file('nowhere'))).code).toBe(1);
  });

  it.each(['', '\n\n', '{"seals":[],"keys":[]}\n{"version":1,"ba'])(
    'calls no trail whole that was held against a file without a seal: %j',
    async (text) => {
      await writeFile(file('none'), text);
      const { code, out, err } = await jpki('audit', 'verify', '--against', file('none'));
      expect([code, out, err]).toEqual([1, [], [`${file('none')} has no seals: the trail was held against nothing.`]]);
    },
  );

  it.each(['', '/dev/zero'])('reads seals from a file alone: %j', async (path) => {
    const given = path === '' ? directory : path;
    const { code, err } = await jpki('audit', 'verify', '--against', given);
    expect([code, err]).toEqual([1, [`${given} is not a file.`]]);
  });

  it('needs the owner of the database, and the key file unless told to do without', async () => {
    const asLogin = await runInTerminal(['audit', 'verify'], {
      ...env,
      DATABASE_ADMIN_URL: env.DATABASE_URL as string,
    });
    expect([asLogin.code, asLogin.err]).toEqual([1, [expect.stringContaining('DATABASE_ADMIN_URL')]]);
    const elsewhere = { ...env, VAULT_KEY_FILE: file('other-keys') };
    expect((await runInTerminal(['audit', 'verify'], elsewhere)).code).toBe(1);
    expect((await runInTerminal(['audit', 'verify', '--without-vault'], elsewhere)).code).toBe(0);
  });
});

describe('jpki audit proof', () => {
  it('shows a line with what proves it, and is told of in its trail', async () => {
    const { code, out } = await jpki('audit', 'proof', ids[0] as string);
    expect(code).toBe(0);
    const proof = JSON.parse(out.join('\n'));
    const hex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));
    const { leafHash, position: index, path, seal } = proof;
    const inclusion = {
      leaf: hex(leafHash),
      index,
      treeSize: seal.treeSize,
      path: path.map(hex),
      root: hex(seal.root),
    };
    expect(verifyInclusion(auditCrypto.sha256, inclusion)).toBe(true);
    expect(proof).toMatchObject({ line: { id: ids[0], target: 'ver_0' }, key: { keyId: seal.keyId } });
    expect(out.join('')).not.toContain(ids[1]);
    const { rows } = await world.superuser.query(`select tenant_id, actor, target from audit_unsealed where act = $1`, [
      'audit.prove',
    ]);
    expect(rows).toEqual([
      { tenant_id: proof.line.tenantId, actor: expect.stringMatching(/^operator:/), target: ids[0] },
    ]);
  });

  it('says why there is none', async () => {
    expect((await jpki('audit', 'proof', 'aud_x')).err).toEqual(['The line aud_x is not in the trail.']);
    const [waiting] = await world.append(1);
    const { code, err } = await jpki('audit', 'proof', waiting as string);
    expect([code, err]).toEqual([1, [`The line ${waiting} is not sealed yet: ask again in ten seconds.`]]);
  });
});

it.each([
  [['audit', 'proof']],
  [['audit', 'proof', 'a', 'b']],
  [['audit', 'seals']],
  [['audit', 'seals', 'export']],
  [['audit', 'seals', 'import', '--to', 'x']],
  [['audit', 'verify', '--agains', 'x']],
])('%j is wrong usage', async (args) => {
  expect((await jpki(...args)).code).toBe(2);
});
