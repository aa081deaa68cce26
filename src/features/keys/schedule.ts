import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import type { Log } from '../../platform/log.ts';
import { inJob } from '../../platform/telemetry/current-work.ts';
import type { KeyEncryption } from '../../platform/vault/key-encryption.ts';
import type { Vault } from '../../platform/vault/vault.ts';
import { createWakeUp, type WakeUp } from '../../platform/wake-up.ts';
import { workOnRotations } from './work.ts';

export interface RotationScheduleDependencies {
  /** The application's login: it can do what the owner asked for, and nothing else with keys. */
  readonly database: Database;
  readonly vault: Vault & { readonly keyEncryption: KeyEncryption };
  readonly clock: Clock;
  readonly log: Log;
}

const EVERY_TEN_SECONDS = '*/10 * * * * *';

/** Any replica goes on with the rotations of keys that the operator asked for. */
export function createRotationSchedule({ database, vault, clock, log }: RotationScheduleDependencies): WakeUp {
  const work = (isStopping: () => boolean) =>
    inJob('keys.rotate', async () => {
      // who stores or searches is told at once; who only finds an API key under a retired key, here
      if (await vault.hashes.isOutdated()) await vault.hashes.refresh();
      const count = await workOnRotations({
        ...{ database, vault, keys: vault.keyEncryption, clock, isStopping },
        lineOf: (tenantId, act, target, done) => ({
          ...{ tenantId, at: clock.now(), actor: 'system', right: 'key-rotation', act, target, count: done },
          ...{ from: null, requestId: null },
        }),
      });
      if (count > 0) log.info('keys.rotated', { rotations: count });
      return count > 0;
    });
  return createWakeUp({
    cron: EVERY_TEN_SECONDS,
    work: async (isStopping) => void (await work(isStopping)),
    failed: 'keys.rotation-failed',
    log,
  });
}
