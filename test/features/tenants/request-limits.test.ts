import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Caller } from '../../../src/features/tenants/caller.ts';
import { createLeaseSource } from '../../../src/features/tenants/lease-store.ts';
import type { Clock } from '../../../src/platform/clock.ts';
import type { Principal, RequestLimits } from '../../../src/platform/http/principal.ts';
import { createRateLimiter, type LeaseSource, type RateLimiter } from '../../../src/platform/http/rate-limit.ts';
import { createWorld, type World } from '../world.ts';

let world: World;
let start: number;
let asked = 0;
let source: LeaseSource<Caller>;
let clients = 0;
beforeAll(async () => {
  world = await createWorld();
  start = world.clock.at;
  const leases = createLeaseSource(world.database);
  source = (...args) => {
    asked++;
    return leases(...args);
  };
});
beforeEach(() => {
  world.clock.at = start;
  asked = 0;
});
afterAll(() => world.close());

async function createPrincipal(limits: Partial<RequestLimits>): Promise<Principal<Caller>> {
  const caller = await world.createCaller(`limited-${clients++}`);
  const { clientId, tenantId, tenantRole: role, scopes } = caller;
  return {
    caller,
    clientId,
    tenantId,
    role,
    scopes,
    certificates: [],
    limits: { perMinute: 60_000, perDay: null, perMonth: null, ...limits },
  };
}
const replicas = (count: number, clock: Clock = world.clock): RateLimiter<Caller>[] =>
  Array.from({ length: count }, () => createRateLimiter(source, clock));

/** How many of that many requests, spread over the replicas and all at once, are let in. */
async function admitted(limiters: readonly RateLimiter<Caller>[], principal: Principal<Caller>, requests: number) {
  const decisions = await Promise.all(
    Array.from({ length: requests }, (_, n) => limiters[n % limiters.length]?.take(principal)),
  );
  return decisions.filter((decision) => decision?.admitted).length;
}

describe('a limit', () => {
  it.each([1, 7, 100, 1_000])(
    'of %d a minute lets in no more over four replicas, and hardly fewer',
    async (perMinute) => {
      const principal = await createPrincipal({ perMinute });
      const four = replicas(4);
      const flood = async () => {
        const count = await admitted(four, principal, perMinute * 2 + 40);
        expect(count).toBeLessThanOrEqual(perMinute);
        expect(count).toBeGreaterThanOrEqual(Math.ceil(perMinute * 0.9)); // a replica may hold what it has no use for
        return count;
      };
      const before = await flood();
      world.clock.at = start + 59_999;
      expect(before + (await admitted(four, principal, perMinute))).toBeLessThanOrEqual(perMinute);
      world.clock.at = start + 60_000;
      await flood();
    },
  );

  it('of a day and of a month holds over minutes, by the calendar of Japan', async () => {
    const principal = await createPrincipal({ perMinute: 50, perDay: 120, perMonth: 150 });
    const two = replicas(2);
    const inMinutes = async (minutes: number) => {
      let sum = 0;
      for (let n = 0; n < minutes; n++, world.clock.at += 60_000) sum += await admitted(two, principal, 60);
      return sum;
    };
    expect(await inMinutes(4)).toBe(120);
    const decision = await two[0]?.take(principal);
    expect(decision).toMatchObject({ admitted: false, exhausted: { name: 'day' } });
    world.clock.at = Date.parse('2026-06-01T14:59:00Z'); // 23:59 in Tokyo
    expect(await inMinutes(1)).toBe(0);
    expect(await inMinutes(3)).toBe(30); // the next day, and the month's last
    expect(await two[0]?.take(principal)).toMatchObject({ exhausted: { name: 'month' } });
    world.clock.at = Date.parse('2026-06-30T15:00:00Z');
    expect(await inMinutes(1)).toBe(50);
  });

  it('that is raised is noticed at once, one that is lowered too', async () => {
    const principal = await createPrincipal({ perMinute: 5 });
    const [one] = replicas(1);
    if (one === undefined) throw new Error('no replica');
    expect(await admitted([one], principal, 10)).toBe(5);
    const raised = { ...principal, limits: { ...principal.limits, perMinute: 9 } };
    expect(await admitted([one], raised, 10)).toBe(4);
    world.clock.at += 60_000;
    expect(await admitted([one], { ...principal, limits: { ...principal.limits, perMinute: 2 } }, 10)).toBe(2);
  });

  it('is each client’s own', async () => {
    const [one, other] = [await createPrincipal({ perMinute: 3 }), await createPrincipal({ perMinute: 3 })];
    const two = replicas(2);
    expect(await admitted(two, one, 10)).toBe(3);
    expect(await admitted(two, other, 10)).toBe(3);
  });

  it('holds though the clocks of the replicas differ', async () => {
    const principal = await createPrincipal({ perMinute: 40 });
    const fast = { now: () => world.clock.at + 90_000 };
    const both = [...replicas(1), ...replicas(1, fast)];
    expect(await admitted(both, principal, 100)).toBeLessThanOrEqual(80); // two minutes, as they see it
    expect(await admitted(both, principal, 100)).toBe(0);
    // the minute of the one that is behind does not begin anew
    world.clock.at += 60_000;
    expect(await admitted(replicas(1), principal, 100)).toBe(0);
  });
});

describe('leases', () => {
  it('are of many requests: the database is asked far less often than there are requests', async () => {
    const principal = await createPrincipal({});
    const [one] = replicas(1);
    if (one === undefined) throw new Error('no replica');
    for (let n = 0; n < 5_000; n++) expect((await one.take(principal)).admitted).toBe(true);
    expect(asked).toBeLessThan(20);
  });

  it('that are unspent at the end of a minute go back to day and month', async () => {
    const principal = await createPrincipal({ perDay: 10 });
    const [one] = replicas(1);
    if (one === undefined) throw new Error('no replica');
    let sum = 0;
    for (let minute = 0; minute < 12; minute++, world.clock.at += 60_000) sum += await admitted([one], principal, 1);
    expect(sum).toBe(10);
  });

  it('are given back by a replica that stops', async () => {
    const principal = await createPrincipal({ perMinute: 64 });
    const [one] = replicas(1);
    expect(await admitted([one as RateLimiter<Caller>], principal, 1)).toBe(1);
    await one?.close();
    expect(await admitted(replicas(1), principal, 100)).toBe(63);
  });

  it('that cannot be had reject, and the next request asks again', async () => {
    const principal = await createPrincipal({});
    let away = true;
    const limiter = createRateLimiter<Caller>(
      (...args) => (away ? Promise.reject(new Error('away')) : source(...args)),
      world.clock,
    );
    await expect(Promise.resolve(limiter.take(principal))).rejects.toThrow('away');
    away = false;
    expect((await limiter.take(principal)).admitted).toBe(true);
  });
});
