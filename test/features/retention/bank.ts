import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import { runRetention } from '../../../src/features/retention/run.ts';
import { createRetentionService } from '../../../src/features/retention/service.ts';
import { createSubjectService } from '../../../src/features/subjects/service.ts';
import type { Caller } from '../../../src/features/tenants/caller.ts';
import { rowsOf } from '../new-bank.ts';
import { createWorld, options, signedRequest, verify, type World } from '../world.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** The service's clock; the database's is later than any of these terms. */
export const NOW = Date.UTC(2026, 5, 1, 3);
export const TODAY = '2026-06-01';
/** Longer than seven years, in days. */
export const LONG_AGO = 8 * 366;

export interface RetentionWorld extends World {
  readonly retention: ReturnType<typeof createRetentionService>;
  readonly subjects: ReturnType<typeof createSubjectService>;
}

export async function createRetentionWorld(): Promise<RetentionWorld> {
  const world = await createWorld();
  return { ...world, retention: createRetentionService(world), subjects: createSubjectService(world) };
}

let count = 0;

/** A tenant of its own, and what tests do with it. */
export async function createBank(world: RetentionWorld) {
  world.clock.at = NOW;
  const created = await world.createCaller(`bank-${count++}`);
  const caller: Caller = { ...created, right: 'subjects:write', address: '192.0.2.7' };
  const { tenantName } = caller;
  const rows = (table: string) => rowsOf(world, caller, table);
  return {
    caller,
    /** Somebody verified, so long ago as is said. */
    async verified(daysAgo = 0) {
      const { verificationId, subject } = await verify(world, caller, signedRequest(Buffer.from('content')));
      const at = new Date(NOW - daysAgo * DAY_MS);
      await world.superuser.query('update verification set verified_at = $1 where id = $2', [at, verificationId]);
      return { verificationId, subjectId: subject?.id ?? '' };
    },
    end: (subjectId: string, endedOn: string | null) =>
      world.subjects.endRelation(caller, subjectId, { endedOn }, 'req-end'),
    remove: (id: string, by = caller) => world.retention.deleteVerification(by, id, 'req-delete'),
    hold: (what: { subjectId: string } | { verificationId: string }, by = caller) =>
      world.retention.placeHold(by, { ...what, reason: 'litigation' }, options({})),
    rowsOf: rows,
    countOf: async (table: string) => (await rows(table)).length,
    async run(dryRun = false) {
      const settings = { dryRun, by: 'system', right: 'retention' } as const;
      const { tenants } = await runRetention({ ...world, auditRetentionYears: 10 }, settings);
      return tenants.find(({ tenant }) => tenant === tenantName);
    },
  };
}

export type Bank = Awaited<ReturnType<typeof createBank>>;

/** One world for the tests of a file, and for each of them a bank of its own. */
export function withRetentionBank(use: (world: RetentionWorld, bank: Bank) => void): void {
  let world: RetentionWorld;
  beforeAll(async () => {
    world = await createRetentionWorld();
  });
  afterAll(() => world?.close());
  beforeEach(async () => use(world, await createBank(world)));
}
