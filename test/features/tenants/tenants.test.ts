import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTenantService } from '../../../src/features/tenants/service.ts';
import { createWorld, OPERATOR, type World } from '../world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

async function createKey(tenant: string, expiresAt?: Date): Promise<{ clientId: string; apiKey: string }> {
  const scopes = ['verify', 'subjects:read'];
  const result = await world.tenants.clients.create(OPERATOR, { tenant, scopes, ...(expiresAt ? { expiresAt } : {}) });
  if (!result.ok) throw new Error(result.code);
  return { clientId: result.value.clientId, apiKey: result.value.apiKey ?? '' };
}

/** Who it is, or why not. */
async function callerOf(apiKey: string, tenants = world.tenants) {
  const found = await tenants.authenticate(apiKey);
  return found.ok ? found.caller : found.code;
}

async function policyOf(tenant: string) {
  const result = await world.tenants.readTenant(tenant);
  return result.ok ? result.value.policy : undefined;
}

describe('a new tenant', () => {
  it('is a verifier that stores subjects, with a rate limit that admits a hundred calls at once', async () => {
    const result = await world.tenants.createTenant(OPERATOR, { name: 'bank-a' });
    expect(result).toMatchObject({ ok: true, value: { name: 'bank-a', policy: { storeSubject: true } } });
    expect(result.ok && result.value.policy.rateLimitPerMinute).toBeGreaterThanOrEqual(100);
    const { apiKey } = await createKey('bank-a');
    expect(await callerOf(apiKey)).toMatchObject({
      tenantName: 'bank-a',
      tenantRole: 'verifier',
      scopes: new Set(['verify', 'subjects:read']),
    });
  });

  it.each([
    ['sandbox', false],
    ['production', true],
  ] as const)('in %s mode: challenge required %s', async (mode, challengeRequired) => {
    const { database, vault, clock } = world;
    const tenants = createTenantService({ database, hashes: vault.hashes, clock, mode });
    const result = await tenants.createTenant(OPERATOR, { name: `new-in-${mode}` });
    expect(result).toMatchObject({ ok: true, value: { policy: { challengeRequired } } });
  });

  it('keeps role and authority', async () => {
    const authority = { kind: 'contract' as const, reference: 'PF-2026-01', from: '2026-04-01', to: null };
    await world.tenants.createTenant(OPERATOR, { name: 'provider', role: 'service-provider', authority });
    const { rows } = await world.superuser.query(`select role, authority from tenant where name = 'provider'`);
    expect(rows).toEqual([{ role: 'service-provider', authority }]);
  });

  it('has a name of its own', async () => {
    await world.tenants.createTenant(OPERATOR, { name: 'twice' });
    expect(await world.tenants.createTenant(OPERATOR, { name: 'twice' })).toMatchObject({
      ok: false,
      code: 'tenant-exists',
    });
  });

  it.each(['', 'Bank', '-bank', 'bank a', 'b'.repeat(64), "x'; drop table tenant"])(
    'is not called %p',
    async (name) => {
      expect(await world.tenants.createTenant(OPERATOR, { name })).toMatchObject({ code: 'invalid-request' });
    },
  );
});

describe('policy', () => {
  it('changes what is named and leaves the rest', async () => {
    await world.tenants.createTenant(OPERATOR, { name: 'bank-p' });
    const change = ['challengeRequired=true', 'kindsAccepted=digital-signature', 'ocspMaxAgeSeconds = 60'];
    expect(await world.tenants.setPolicy(OPERATOR, 'bank-p', change)).toMatchObject({
      ok: true,
      value: {
        policy: {
          challengeRequired: true,
          kindsAccepted: ['digital-signature'],
          ocspMaxAgeSeconds: 60,
          storeSubject: true,
        },
      },
    });
    await Promise.all([
      world.tenants.setPolicy(OPERATOR, 'bank-p', ['digestAllowed=true']),
      world.tenants.setPolicy(OPERATOR, 'bank-p', ['revocationMethod=crl']),
    ]);
    expect(await policyOf('bank-p')).toMatchObject({
      challengeRequired: true,
      digestAllowed: true,
      revocationMethod: 'crl',
    });
  });

  it('tells every problem as a sentence, and changes nothing then', async () => {
    await world.tenants.createTenant(OPERATOR, { name: 'bank-q' });
    const change = [
      'challengeRequired=perhaps',
      'nonsense=1',
      'rateLimitPerMinute=0',
      'storeSubject=false',
      'digestAllowed',
    ];
    const result = await world.tenants.setPolicy(OPERATOR, 'bank-q', change);
    expect(result).toMatchObject({ ok: false, code: 'invalid-request' });
    const messages = (result.ok ? [] : (result.errors ?? [])).map(({ message }) => message);
    expect(messages).toEqual([
      'Policy challengeRequired must be true or false.',
      expect.stringContaining('There is no policy "nonsense"; there are challengeRequired, '),
      'Policy rateLimitPerMinute must be a whole number from 1 to 1000000.',
      'Policy digestAllowed needs a value, as in digestAllowed=….',
    ]);
    expect(await policyOf('bank-q')).toMatchObject({ storeSubject: true });
  });

  it.each([
    '__proto__=1',
    'constructor=1',
    'toString=x',
    'kindsAccepted=',
    'revocationMethod=none',
    'ocspMaxAgeSeconds=1e3',
    'challengeRetention=P31D',
    'challengeRetention=P1Y',
    'challengeRetention=P0D',
  ])('refuses %s', async (assignment) => {
    expect(await world.tenants.setPolicy(OPERATOR, 'bank-q', [assignment])).toMatchObject({ code: 'invalid-request' });
  });

  it('of nobody cannot be set', async () => {
    const result = await world.tenants.setPolicy(OPERATOR, 'nobody', ['digestAllowed=true']);
    expect(result).toMatchObject({ code: 'tenant-not-found' });
  });
});

describe('an API key', () => {
  beforeAll(() => world.tenants.createTenant(OPERATOR, { name: 'bank-k' }));

  it('is 256 random bits, and only its keyed hash is kept', async () => {
    const { apiKey, clientId } = await createKey('bank-k');
    expect(apiKey).toMatch(/^jpk_[A-Za-z0-9_-]{43}$/);
    const { rows } = await world.superuser.query(
      'select * from client c join client_key k on k.client_id = c.id where c.id = $1',
      [clientId],
    );
    expect(rows[0].key_hash).toHaveLength(32);
    expect(JSON.stringify(rows)).not.toContain(apiKey.slice(4));
  });

  it('that is not known lets nobody in, nor does one that is malformed', async () => {
    expect(await callerOf(`jpk_${'A'.repeat(43)}`)).toBe('unauthenticated');
    expect(await callerOf('')).toBe('unauthenticated');
    const { apiKey } = await createKey('bank-k');
    expect(await callerOf(apiKey.toUpperCase())).toBe('unauthenticated');
    expect(await callerOf(`${apiKey}=`)).toBe('unauthenticated');
  });

  it('ends at its expiry', async () => {
    const { apiKey } = await createKey('bank-k', new Date(world.clock.at + 10_000));
    expect(
      await world.tenants.clients.create(OPERATOR, {
        tenant: 'bank-k',
        scopes: ['verify'],
        expiresAt: new Date(world.clock.at),
      }),
    ).toMatchObject({ code: 'invalid-request' });
    expect(await callerOf(apiKey)).toMatchObject({ clientId: expect.stringMatching(/^cli_/) });
    world.clock.at += 9_999;
    expect(await callerOf(apiKey)).toMatchObject({ clientId: expect.stringMatching(/^cli_/) });
    world.clock.at += 1;
    expect(await callerOf(apiKey)).toBe('key-expired');
    world.clock.at -= 10_000;
  });

  it.each([
    ['revoked', 'key-revoked', (_tenant: string, id: string) => world.tenants.clients.revoke(OPERATOR, _tenant, id)],
    [
      'of a suspended tenant',
      'tenant-suspended',
      (tenant: string) => world.tenants.setStatus(OPERATOR, tenant, 'suspended'),
    ],
  ])('%s is refused within five seconds, without a look-up for each call', async (_how, code, end) => {
    await world.tenants.createTenant(OPERATOR, { name: `bank-${_how.slice(0, 2)}` });
    const { apiKey, clientId } = await createKey(`bank-${_how.slice(0, 2)}`);
    expect(await callerOf(apiKey)).toMatchObject({ clientId: expect.stringMatching(/^cli_/) });
    expect(await end(`bank-${_how.slice(0, 2)}`, clientId)).toMatchObject({ ok: true });
    const before = world.clock.at;
    world.clock.at = before + 4_999;
    expect(await callerOf(apiKey)).toMatchObject({ clientId: expect.stringMatching(/^cli_/) });
    world.clock.at = before + 5_000;
    expect(await callerOf(apiKey)).toBe(code);
    world.clock.at = before;
  });

  it('carries known scopes of a known tenant', async () => {
    const create = (tenant: string, scopes: string[]) => world.tenants.clients.create(OPERATOR, { tenant, scopes });
    expect(await create('bank-k', ['verify', 'everything'])).toMatchObject({ code: 'invalid-request' });
    expect(await create('bank-k', [])).toMatchObject({ code: 'invalid-request' });
    expect(await create('nobody', ['verify'])).toMatchObject({ code: 'tenant-not-found' });
  });
});
