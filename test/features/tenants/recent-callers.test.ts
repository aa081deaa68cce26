import { describe, expect, it } from '@jest/globals';
import type { Authenticated } from '../../../src/features/tenants/authenticated.ts';
import { createRecentCallers } from '../../../src/features/tenants/recent-callers.ts';

const NOBODY: Authenticated = { ok: false, code: 'unauthenticated' };
const nobody = async () => NOBODY;

describe('callers found lately', () => {
  it('share one look-up when they come at once, strangers too', async () => {
    const recent = createRecentCallers(() => 0);
    let lookUps = 0;
    const find = async () => {
      lookUps++;
      return NOBODY;
    };
    await Promise.all(Array.from({ length: 100 }, () => recent('a', find)));
    expect(lookUps).toBe(1);
  });

  it('are looked up anew after a failure', async () => {
    const recent = createRecentCallers(() => 0);
    const fail = () => Promise.reject(new Error('away'));
    await expect(recent('a', fail)).rejects.toThrow('away');
    await expect(recent('a', nobody)).resolves.toBe(NOBODY);
  });

  it('are forgotten oldest first beyond ten thousand', async () => {
    const recent = createRecentCallers(() => 0);
    for (let n = 0; n <= 10_000; n++) await recent(`key ${n}`, nobody);
    let lookUps = 0;
    const find = async () => {
      lookUps++;
      return NOBODY;
    };
    await recent('key 10000', find);
    expect(lookUps).toBe(0);
    await recent('key 0', find);
    expect(lookUps).toBe(1);
  });
});
