import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import type pg from 'pg';
import type { Caller } from '../../src/features/tenants/caller.ts';
import { FIXTURE_NOW } from '../fixtures.ts';
import { createWorld, type World } from './world.ts';

/**
 * One world for the tests of a file, and for each of them a tenant that no other test uses, at the fixtures' time, beside a
 * gateway that says “good” at once.
 */
export function withNewBank(use: (world: World, bank: Caller) => void): void {
  let world: World;
  let count = 0;
  beforeAll(async () => {
    world = await createWorld();
  });
  afterAll(() => world?.close());
  beforeEach(async () => {
    world.clock.at = FIXTURE_NOW;
    world.gateway.says = { status: 'good' };
    world.gateway.hold = async () => undefined;
    world.gateway.questions.length = 0;
    use(world, await world.createCaller(`bank-${count++}`));
  });
}

/** What is stored of the caller's tenant, past row-level security. */
export async function rowsOf(world: World, { tenantId }: Caller, table: string): Promise<pg.QueryResultRow[]> {
  return (await world.superuser.query(`select * from ${table} where tenant_id = $1`, [tenantId])).rows;
}

/** Holds every answer of the gateway back until that many wait: all have been judged, none recorded. */
export function holdUntil(waiting: number): () => Promise<void> {
  const all = Promise.withResolvers<void>();
  let arrived = 0;
  return () => {
    arrived++;
    if (arrived === waiting) all.resolve();
    return all.promise;
  };
}
