import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createSealKeys } from '../../../src/features/audit/service.ts';
import { createEvidenceService } from '../../../src/features/evidence/service.ts';
import type { Caller } from '../../../src/features/tenants/caller.ts';
import { listVerifications, readVerification } from '../../../src/features/verification/read.ts';
import { createVerificationStore } from '../../../src/features/verification/store.ts';
import type { Vault } from '../../../src/platform/vault/vault.ts';
import { createWorld, signedRequest, verify, type World } from '../world.ts';

let world: World;
let bank: Caller;
let id: string;
beforeAll(async () => {
  world = await createWorld();
  bank = await world.createCaller('bank');
  const request = signedRequest(Buffer.from('to be read'), { reference: 'APP-1' });
  id = (await verify(world, bank, request)).verificationId;
});
afterAll(() => world.close());

type Show = (vault: Vault) => Promise<unknown>;
const occasion = { at: 0, requestId: 'req-read' };
const store = () => createVerificationStore(world.database);
const sealKeys = () => createSealKeys(world.database, world.vault.deployment);
const exportBy = (vault: Vault, keys = sealKeys() as Pick<ReturnType<typeof createSealKeys>, 'signer'>) => {
  const { database, clock } = world;
  return createEvidenceService({
    database,
    vault,
    sealKeys: keys,
    authority: undefined,
    ends: new Map(),
    clock,
  }).export(bank, id, 'req-read');
};
const readings: readonly (readonly [act: string, show: Show])[] = [
  ['verification.read', (vault) => readVerification(store(), vault, bank, id, occasion)],
  ['verification.list', (vault) => listVerifications(store(), vault, bank, {}, occasion)],
  ['evidence.export', (vault) => exportBy(vault)],
];

async function linesOf(act: string): Promise<number> {
  const sql = 'select act from audit_unsealed where act = $1 and tenant_id = $2';
  return (await world.superuser.query(sql, [act, bank.tenantId])).rows.length;
}

const flip = (table: string, column: string, key: string) =>
  world.superuser.query(
    `update ${table} set ${column} = set_byte(${column}, 30, get_byte(${column}, 30) # 1) where ${key} = $1`,
    [id],
  );

it.each(readings)('no line of %s while the keys are away, one when it was shown', async (act, show) => {
  const away: Vault = { ...world.vault, open: () => Promise.reject(new Error('keys are away')) };
  await expect(show(away)).rejects.toThrow('keys are away');
  expect(await linesOf(act)).toBe(0);
  expect(await show(world.vault)).toMatchObject({ ok: true });
  expect(await linesOf(act)).toBe(1);
});

it.each(readings)('no line of %s for what was altered and cannot be opened', async (act, show) => {
  const before = await linesOf(act);
  await flip('verification', 'reference', 'id');
  await expect(show(world.vault)).rejects.toThrow();
  await flip('verification', 'reference', 'id');
  expect(await linesOf(act)).toBe(before);
});

it('no line of an export whose package could not be signed', async () => {
  const before = await linesOf('evidence.export');
  const unable = {
    ...(await sealKeys().signer(0)),
    sign: () => {
      throw new Error('cannot sign');
    },
  };
  await expect(exportBy(world.vault, { signer: async () => unable })).rejects.toThrow('cannot sign');
  expect(await linesOf('evidence.export')).toBe(before);
});

it('no line of what is not there', async () => {
  const before = await linesOf('verification.read');
  const other = 'ver_00000000000000000000000009';
  expect(await readVerification(store(), world.vault, bank, other, occasion)).toMatchObject({ ok: false });
  expect(await linesOf('verification.read')).toBe(before);
});
