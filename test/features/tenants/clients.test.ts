import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createAdmin } from '../../../src/features/tenants/admin.ts';
import type { Caller } from '../../../src/features/tenants/caller.ts';
import type { CreatedClient } from '../../../src/features/tenants/clients.ts';
import type { CreateClient } from '../../../src/features/tenants/wire.ts';
import { createWorld, OPERATOR, options, type World } from '../world.ts';

let world: World;
let start: number;
beforeAll(async () => {
  world = await createWorld();
  start = world.clock.at;
  for (const name of ['bank-a', 'bank-b']) await world.tenants.createTenant(OPERATOR, { name });
});
beforeEach(() => {
  world.clock.at = start;
});
afterAll(() => world.close());

async function createClient(request: Partial<CreateClient> = {}): Promise<CreatedClient> {
  const result = await world.tenants.clients.create(OPERATOR, { tenant: 'bank-a', scopes: ['verify'], ...request });
  if (!result.ok) throw new Error(result.code);
  return result.value;
}

async function rotate(clientId: string, overlapSeconds: number): Promise<CreatedClient> {
  const result = await world.tenants.clients.rotate(OPERATOR, 'bank-a', clientId, overlapSeconds);
  if (!result.ok) throw new Error(result.code);
  return result.value;
}

async function codeOf(apiKey: string | null): Promise<string> {
  const found = await world.tenants.authenticate(apiKey ?? '');
  return found.ok ? 'let in' : found.code;
}

describe('rotation', () => {
  it('leaves two keys valid for the stated time, to the millisecond', async () => {
    const { clientId, apiKey: first } = await createClient();
    const { apiKey: second, keys } = await rotate(clientId, 60);
    expect(second).not.toBe(first);
    expect(keys).toMatchObject([
      { endsAt: new Date(start + 60_000).toISOString().replace('.000Z', 'Z') },
      { endsAt: null },
    ]);
    expect([await codeOf(first), await codeOf(second)]).toEqual(['let in', 'let in']);
    world.clock.at = start + 59_999;
    expect([await codeOf(first), await codeOf(second)]).toEqual(['let in', 'let in']);
    world.clock.at = start + 60_000;
    expect([await codeOf(first), await codeOf(second)]).toEqual(['key-expired', 'let in']);
  });

  it('never leaves more than two, and none but the new one without overlap', async () => {
    const { clientId, apiKey: first } = await createClient();
    const { apiKey: second } = await rotate(clientId, 3_600);
    world.clock.at += 1;
    const { apiKey: third, keys } = await rotate(clientId, 3_600);
    expect(keys).toHaveLength(2);
    expect(await Promise.all([first, second, third].map(codeOf))).toEqual(['key-expired', 'let in', 'let in']);
    world.clock.at += 1;
    const { apiKey: fourth } = await rotate(clientId, 0);
    world.clock.at += 5_000; // what was found lately
    expect(await Promise.all([second, third, fourth].map(codeOf))).toEqual(['key-expired', 'key-expired', 'let in']);
  });

  it.each([-1, 1.5, 2_592_001, Number.NaN])('does not overlap by %p seconds', async (seconds) => {
    const { clientId } = await createClient();
    const result = await world.tenants.clients.rotate(OPERATOR, 'bank-a', clientId, seconds);
    expect(result).toMatchObject({ code: 'invalid-request' });
  });

  it('by two at once makes two keys, of which the last stays', async () => {
    const { clientId } = await createClient();
    await Promise.all([rotate(clientId, 0), rotate(clientId, 0)]);
    const client = await world.tenants.clients.read('bank-a', clientId);
    expect(client.ok && client.value.keys.length).toBe(1);
  });
});

describe('revocation', () => {
  it('ends every key within five seconds, and nothing brings it back', async () => {
    const { clientId, apiKey } = await createClient();
    expect(await codeOf(apiKey)).toBe('let in');
    const revoked = await world.tenants.clients.revoke(OPERATOR, 'bank-a', clientId);
    expect(revoked).toMatchObject({ ok: true, value: { revokedAt: expect.any(String), keys: [] } });
    world.clock.at += 5_000;
    expect(await codeOf(apiKey)).toBe('key-revoked');
    const again = await world.tenants.clients.revoke(OPERATOR, 'bank-a', clientId);
    expect(again.ok && revoked.ok && again.value.revokedAt === revoked.value.revokedAt).toBe(true);
    expect(await world.tenants.clients.rotate(OPERATOR, 'bank-a', clientId, 0)).toMatchObject({
      code: 'client-revoked',
    });
  });

  it('of another tenant’s client is of nobody', async () => {
    const { clientId, apiKey } = await createClient();
    for (const work of [
      world.tenants.clients.revoke(OPERATOR, 'bank-b', clientId),
      world.tenants.clients.read('bank-b', clientId),
      world.tenants.clients.change(OPERATOR, 'bank-b', clientId, { name: 'x' }),
      world.tenants.clients.rotate(OPERATOR, 'bank-b', clientId, 0),
    ]) {
      expect(await work).toMatchObject({ code: 'client-not-found' });
    }
    world.clock.at += 5_000;
    expect(await codeOf(apiKey)).toBe('let in');
  });
});

describe('the last use', () => {
  it('is written, at most once a minute', async () => {
    const { clientId, apiKey } = await createClient();
    const lastUse = async () => {
      await world.database.isReachable(1_000);
      const client = await world.tenants.clients.read('bank-a', clientId);
      return client.ok ? client.value.lastUsedAt : client.code;
    };
    const until = async (seen: string) => {
      while ((await lastUse()) !== seen);
    };
    const text = (at: number) => new Date(at).toISOString().replace('.000Z', 'Z');
    expect(await lastUse()).toBeNull();
    await codeOf(apiKey);
    await until(text(start));
    world.clock.at = start + 55_000;
    await codeOf(apiKey);
    world.clock.at = start + 60_000;
    await codeOf(apiKey);
    await until(text(start + 60_000));
  });
});

describe('a change', () => {
  it('leaves what is not named, and takes away what is null', async () => {
    const certificateSha256 = 'AB'.repeat(32);
    const { clientId } = await createClient({ name: 'batch', externalId: 'batch-1', certificateSha256 });
    const change = (request: object) => world.tenants.clients.change(OPERATOR, 'bank-a', clientId, request);
    expect(await change({ scopes: ['verify', 'admin'], certificateSha256: null })).toMatchObject({
      value: { name: 'batch', externalId: 'batch-1', scopes: ['verify', 'admin'], certificateSha256: null },
    });
    expect(await change({ externalId: null, expiresAt: new Date(start + 1_000) })).toMatchObject({
      value: { externalId: null, expiresAt: expect.any(String) },
    });
    expect(await change({ scopes: ['all'] })).toMatchObject({ code: 'invalid-request' });
    expect(await change({ certificateSha256: 'AB' })).toMatchObject({ code: 'invalid-request' });
    expect(await change({ externalId: 'a b' })).toMatchObject({ code: 'invalid-request' });
  });

  it('cannot take another client’s external id, until that one is revoked', async () => {
    const { clientId } = await createClient({ externalId: 'taken' });
    const request = { tenant: 'bank-b', scopes: ['verify'], externalId: 'taken' };
    expect(await world.tenants.clients.create(OPERATOR, request)).toMatchObject({ code: 'external-id-taken' });
    const { clientId: other } = await createClient();
    const change = () => world.tenants.clients.change(OPERATOR, 'bank-a', other, { externalId: 'taken' });
    expect(await change()).toMatchObject({ code: 'external-id-taken' });
    await world.tenants.clients.revoke(OPERATOR, 'bank-a', clientId);
    expect(await change()).toMatchObject({ ok: true });
  });
});

describe('every act', () => {
  it('leaves a line in the trail of the tenant that it was done to, and one that changed nothing none', async () => {
    const { tenants } = world;
    const made = await tenants.createTenant(OPERATOR, { name: 'trailed' });
    const client = await tenants.clients.create(OPERATOR, { tenant: 'trailed', scopes: ['verify'] });
    if (!made.ok || !client.ok) throw new Error('not made');
    const { clientId } = client.value;
    await tenants.setPolicy(OPERATOR, 'trailed', ['digestAllowed=true']);
    await tenants.setStatus(OPERATOR, 'trailed', 'suspended');
    await tenants.setStatus(OPERATOR, 'trailed', 'suspended');
    await tenants.setStatus(OPERATOR, 'trailed', 'active');
    await tenants.clients.change(OPERATOR, 'trailed', clientId, { name: 'app' });
    await tenants.clients.change(OPERATOR, 'trailed', clientId, {});
    await tenants.clients.rotate(OPERATOR, 'trailed', clientId, 0);
    await tenants.clients.revoke(OPERATOR, 'trailed', clientId);
    await tenants.clients.revoke(OPERATOR, 'trailed', clientId);
    const { rows } = await world.superuser.query(
      'select actor, act, target, outcome from audit_unsealed where tenant_id = $1 order by id',
      [made.value.tenantId],
    );
    const line = (act: string, target: string) => ({ actor: 'operator:tester', act, target, outcome: 'done' });
    const { tenantId } = made.value;
    expect(rows).toEqual([
      line('tenant.create', tenantId),
      line('client.create', clientId),
      line('tenant.policy-change', tenantId),
      line('tenant.suspend', tenantId),
      line('tenant.resume', tenantId),
      line('client.change', clientId),
      line('client.rotate-key', clientId),
      line('client.revoke', clientId),
    ]);
  });
});

describe('administration over HTTP', () => {
  const who = async (role: 'verifier' | 'operator', name: string): Promise<Caller> => ({
    ...(await world.createCaller(name, { role })),
    right: 'admin',
  });

  it('reaches a tenant’s own, and from the operator every one', async () => {
    const admin = createAdmin(world.tenants);
    const mine = await who('verifier', 'mine');
    const theirs = await who('verifier', 'theirs');
    const operator = await who('operator', 'operator');
    expect(await admin.readTenant(mine, 'theirs')).toMatchObject({ code: 'tenant-not-found' });
    expect(await admin.readTenant(mine, 'mine')).toMatchObject({ value: { name: 'mine' } });
    expect(await admin.listTenants(mine, {})).toMatchObject({ value: { items: [{ name: 'mine' }] } });
    for (const work of [
      admin.listClients(mine, 'theirs', {}),
      admin.readClient(mine, 'theirs', theirs.clientId),
      admin.createClient(mine, options({}), { tenant: 'theirs', scopes: ['verify'] }),
      admin.changeClient(mine, 'r', 'theirs', theirs.clientId, { name: 'x' }),
      admin.rotateKey(mine, options({}), 'theirs', theirs.clientId, 0),
      admin.revokeClient(mine, 'r', 'theirs', theirs.clientId),
    ]) {
      expect(await work).toMatchObject({ code: 'tenant-not-found' });
    }
    expect(await admin.readClient(mine, undefined, theirs.clientId)).toMatchObject({ code: 'client-not-found' });
    expect(await admin.readClient(operator, 'theirs', theirs.clientId)).toMatchObject({ ok: true });
    const names: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page = await admin.listTenants(operator, { limit: 2, ...(cursor ? { cursor } : {}) });
      if (!page.ok) throw new Error(page.code);
      names.push(...page.value.items.map(({ name }) => name));
      cursor = page.value.nextCursor;
    }
    expect(names).toEqual([...names].sort());
    expect(names).toEqual(expect.arrayContaining(['bank-a', 'bank-b', 'mine', 'operator', 'theirs']));
  });

  it('lets only the operator say whose tokens a client is given', async () => {
    const admin = createAdmin(world.tenants);
    const mine = await who('verifier', 'squatter');
    const request = { scopes: ['verify'], externalId: 'of-another-bank' };
    expect(await admin.createClient(mine, options({}), request)).toMatchObject({ code: 'role-not-allowed' });
    const change = { externalId: 'of-another-bank' };
    expect(await admin.changeClient(mine, 'r', undefined, mine.clientId, change)).toMatchObject({
      code: 'role-not-allowed',
    });
    const operator = await who('operator', 'operator-2');
    expect(await admin.createClient(operator, options({}), { ...request, tenant: 'squatter' })).toMatchObject({
      ok: true,
    });
  });

  it('holds a policy to the same rules as the command line', async () => {
    const admin = createAdmin(world.tenants);
    const operator = await who('operator', 'operator-3');
    const change = (policy: object) => admin.changePolicy(operator, 'r', 'bank-b', policy);
    expect(
      await change({ attributesReturned: [], quotaPerDay: null, verificationRetention: 'P10Y', digestAllowed: true }),
    ).toMatchObject({
      value: {
        policy: { attributesReturned: [], quotaPerDay: null, verificationRetention: 'P10Y', digestAllowed: true },
      },
    });
    expect(await change({ kindsAccepted: [] })).toMatchObject({ code: 'invalid-request' });
    expect(await change({ verificationRetention: 'P0Y' })).toMatchObject({ code: 'invalid-request' });
    expect(await change({ quotaPerMonth: 0 })).toMatchObject({ code: 'invalid-request' });
    expect(await change({ kindsAccepted: ['digital-signature=x'] })).toMatchObject({ code: 'invalid-request' });
  });
});
