import { setImmediate as turn } from 'node:timers/promises';
import { beforeEach, expect, it } from '@jest/globals';
import { keepTenants } from '../../../src/platform/vault/kept-tenants.ts';
import type { TenantVault } from '../../../src/platform/vault/vault.ts';

const KEPT_MS = 100_000;
let now: number;
let loads: { tenantId: string; resolve: (vault: TenantVault) => void; reject: (error: Error) => void }[];
let open: (tenantId: string) => Promise<TenantVault>;
beforeEach(() => {
  now = 0;
  loads = [];
  const load = (tenantId: string) =>
    new Promise<TenantVault>((resolve, reject) => void loads.push({ tenantId, resolve, reject }));
  open = keepTenants(load, KEPT_MS, () => now);
});

const vault = () => ({}) as TenantVault;
async function opened(): Promise<TenantVault> {
  const first = vault();
  const opening = open('a');
  loads.shift()?.resolve(first);
  expect(await opening).toBe(first);
  return first;
}

it('loads once for all that ask at once, and each tenant alone', async () => {
  const both = [open('a'), open('a'), open('b')];
  expect(loads.map(({ tenantId }) => tenantId)).toEqual(['a', 'b']);
  const [a, b] = [vault(), vault()];
  loads[0]?.resolve(a);
  loads[1]?.resolve(b);
  const got = await Promise.all(both);
  expect(got[0]).toBe(a);
  expect(got[1]).toBe(a);
  expect(got[2]).toBe(b);
});

it('in the second half loads anew, once, while callers have what is there', async () => {
  const first = await opened();
  now = KEPT_MS / 2 - 1;
  expect(await open('a')).toBe(first);
  expect(loads).toHaveLength(0);
  now = KEPT_MS / 2;
  expect(await open('a')).toBe(first);
  expect(await open('a')).toBe(first);
  expect(loads).toHaveLength(1);
  const second = vault();
  loads.shift()?.resolve(second);
  await turn();
  expect(await open('a')).toBe(second);
  now = KEPT_MS + KEPT_MS / 2 - 1; // its time counts from when it was asked for
  expect(await open('a')).toBe(second);
});

it('survives an outage within that half, trying again now and then', async () => {
  const first = await opened();
  now = KEPT_MS / 2;
  await open('a');
  loads.shift()?.reject(new Error('away'));
  await turn();
  expect(await open('a')).toBe(first);
  expect(loads).toHaveLength(0);
  now += KEPT_MS / 10;
  expect(await open('a')).toBe(first);
  expect(loads).toHaveLength(1);
  loads.shift()?.reject(new Error('away'));
  await turn();
  now = KEPT_MS - 1;
  expect(await open('a')).toBe(first);
});

it('has no keys any more at the end: fails while they cannot be had, then recovers', async () => {
  const first = await opened();
  now = KEPT_MS;
  const late = open('a');
  expect(loads).toHaveLength(1);
  loads.shift()?.reject(new Error('away'));
  await expect(late).rejects.toThrow('away');
  const again = open('a');
  const second = vault();
  loads.shift()?.resolve(second);
  expect(await again).toBe(second);
  expect(second).not.toBe(first);
});
