import { expect, it } from '@jest/globals';
import { type Log, silentLog } from '../../src/platform/log.ts';
import { createWakeUp } from '../../src/platform/wake-up.ts';

const EVERY_SECOND = '* * * * * *';
const parts = { cron: EVERY_SECOND, failed: 'sweep.failed', log: silentLog } as const;

/** A promise and what resolves it. */
const milestone = () => Promise.withResolvers<void>();

it('wakes the work again and again, and no more once it is stopped', async () => {
  const twice = milestone();
  let runs = 0;
  const wakeUp = createWakeUp({
    ...parts,
    work: async () => {
      runs += 1;
      if (runs === 2) twice.resolve();
    },
  });
  wakeUp.start();
  wakeUp.start(); // the same as once
  await twice.promise;
  await wakeUp.stop();
  const until = runs;
  await nextSecond();
  expect(runs).toBe(until);
});

it('lets a work that outlasts the next wake be the only one, tells it to stop, and waits for it', async () => {
  const begun = milestone();
  const end = milestone();
  const seen: string[] = [];
  const wakeUp = createWakeUp({
    ...parts,
    work: async (isStopping) => {
      seen.push(`begun, stopping: ${isStopping()}`);
      begun.resolve();
      await end.promise;
      seen.push(`ended, stopping: ${isStopping()}`);
    },
  });
  wakeUp.start();
  await begun.promise;
  await nextSecond();
  const stopped = wakeUp.stop().then(() => seen.push('stopped'));
  end.resolve();
  await stopped;
  expect(seen).toEqual(['begun, stopping: false', 'ended, stopping: true', 'stopped']);
});

it('tells of a work that failed, and does it again', async () => {
  const again = milestone();
  const told: unknown[] = [];
  const log: Log = { ...silentLog, warn: (event, facts) => void told.push(event, facts?.error) };
  const away = new Error('the database is away');
  let runs = 0;
  const wakeUp = createWakeUp({
    ...parts,
    log,
    work: async () => {
      runs += 1;
      if (runs === 1) throw away;
      again.resolve();
    },
  });
  wakeUp.start();
  await again.promise;
  await wakeUp.stop();
  expect(told).toEqual(['sweep.failed', away]);
});

it('stops before it was started, and twice', async () => {
  const wakeUp = createWakeUp({ ...parts, work: async () => {} });
  await wakeUp.stop();
  await wakeUp.stop();
});

/** By another schedule of the same kind: its second wake is a second after now, or more. */
async function nextSecond(): Promise<void> {
  const second = milestone();
  let wakes = 0;
  const other = createWakeUp({
    ...parts,
    work: async () => {
      wakes += 1;
      if (wakes === 2) second.resolve();
    },
  });
  other.start();
  await second.promise;
  await other.stop();
}
