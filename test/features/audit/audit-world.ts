import pg from 'pg';
import type { AuditLine } from '../../../src/core/audit/audit-line.ts';
import { appendAuditLines } from '../../../src/features/audit/append.ts';
import type { NewAuditLine } from '../../../src/features/audit/line.ts';
import { createSealKeys, type SealKeys } from '../../../src/features/audit/seal-keys.ts';
import { createSealer, type Sealer } from '../../../src/features/audit/sealer.ts';
import { createDatabase } from '../../../src/platform/database/create-database.ts';
import type { Database } from '../../../src/platform/database/database.ts';
import { type Log, silentLog } from '../../../src/platform/log.ts';
import { createDeploymentSecrets } from '../../../src/platform/vault/deployment-secrets.ts';
import type { DeploymentSecrets } from '../../../src/platform/vault/vault.ts';
import { createTestDatabase, type TestDatabase } from '../../database.ts';
import { PATIENT_DATABASE } from '../../patience.ts';
import { oneKey } from '../../platform/vault/one-key.ts';

export const T0 = Date.parse('2026-06-01T03:00:00Z');
export const TENANT = '7f2c1a52-0000-4000-8000-000000000001';
export const OTHER = '7f2c1a52-0000-4000-8000-000000000002';

/** An audit trail in a database of its own; nothing seals unless it is told to. */
export interface AuditWorld {
  readonly testDatabase: TestDatabase;
  readonly database: Database;
  readonly secrets: DeploymentSecrets;
  readonly keys: SealKeys;
  readonly sealer: Sealer;
  readonly clock: { at: number; now(): number };
  readonly superuser: pg.Client;
  /** Writes lines of one tenant, each told by its target; gives their ids. */
  append(count: number, tenantId?: string, change?: Partial<NewAuditLine>): Promise<string[]>;
  close(): Promise<void>;
}

export async function createAuditWorld(log: Log = silentLog): Promise<AuditWorld> {
  const testDatabase = await createTestDatabase();
  const database = createDatabase({ url: testDatabase.url, poolSize: 10, ...PATIENT_DATABASE, log });
  const clock = { at: T0, now: () => clock.at };
  const secrets = createDeploymentSecrets(oneKey(Buffer.alloc(32, 1)));
  const keys = createSealKeys(database, secrets);
  const superuser = new pg.Client({ connectionString: testDatabase.superuserUrl });
  await superuser.connect();
  return {
    ...{ testDatabase, database, secrets, keys, clock, superuser },
    sealer: createSealer({ database, keys, clock, log, deliver: async () => undefined }),
    append: (count, tenantId = TENANT, change = {}) =>
      database.inTenant(tenantId, (trx) =>
        appendAuditLines(
          trx,
          Array.from({ length: count }, (_, n) => newLine({ tenantId, at: clock.at, target: `ver_${n}`, ...change })),
        ),
      ),
    async close() {
      await superuser.end();
      await database.close();
      await testDatabase.drop();
    },
  };
}

export function newLine(change: Partial<NewAuditLine> = {}): NewAuditLine {
  return {
    ...{ tenantId: TENANT, at: T0, actor: 'client:cli_1', right: 'verify', act: 'verification.perform' },
    ...{ target: null, from: '192.0.2.1', requestId: 'req-1', ...change },
  };
}

/** A line as its row has it, read with no code of ours. */
export function lineOfRow(row: Record<string, unknown>): AuditLine {
  return {
    ...{ id: row.id, tenantId: row.tenant_id, at: (row.at as Date).getTime(), actor: row.actor },
    ...{ right: row.allowed_by, act: row.act, target: row.target, outcome: row.outcome, from: row.from_address },
    ...{ requestId: row.request_id, count: row.count },
    salt: new Uint8Array(Buffer.from((row.salt as string).replaceAll('-', ''), 'hex')),
  } as AuditLine;
}
