import { createAuditReader } from '../../features/audit/reader.ts';
import { createDatabase } from '../../platform/database/create-database.ts';
import type { Database } from '../../platform/database/database.ts';
import { MIGRATIONS } from '../../platform/database/migrations-directory.ts';
import { describeSchemaLag } from '../../platform/database/start-conditions.ts';
import { StartRefused } from '../../platform/start-refused.ts';
import { openDatabaseUrls, readConfig, withStops } from '../administration.ts';
import type { Terminal } from '../terminal.ts';

/** A whole trail is long. */
const STATEMENT_TIMEOUT_MS = 600_000;

/** The trail of every tenant: for the owner of the database. */
export function withTrail(terminal: Terminal, work: (database: Database) => Promise<number>): Promise<number> {
  return withStops(async (stops) => {
    const { adminUrl } = await openDatabaseUrls(readConfig(terminal), stops);
    const { log } = terminal;
    const database = createDatabase({ url: adminUrl, poolSize: 2, statementTimeoutMs: STATEMENT_TIMEOUT_MS, log });
    stops.add(() => database.close());
    const lag = await describeSchemaLag(database, MIGRATIONS);
    if (lag !== undefined) throw new StartRefused([lag]);
    if (!(await createAuditReader(database).seesAll())) {
      throw new StartRefused([
        'The audit trail is of all tenants: set DATABASE_ADMIN_URL to the owner of the database.',
      ]);
    }
    return work(database);
  });
}
