import pg from 'pg';
import { DatabaseUnavailable } from './database.ts';

/**
 * SQLSTATE classes and codes that say "not now": 08 connection, 53 resources, 57P operator intervention (shutdown, crash,
 * starting up), 57014 statement timeout, 55P03 lock timeout, 25006 read-only (a standby after a failover), 28 and 3D000
 * (only possible while connecting: credentials or database are being exchanged), 58 I/O error, XX000… are not among them.
 */
const UNAVAILABLE = /^(?:08...|53...|57P..|57014|55P03|25006|25P03|28...|3D000|58...)$/;

/** SQLSTATE of an error, or undefined for one that PostgreSQL did not send. */
export function sqlStateOf(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined;
}

/** Did the server say that it undid the transaction? Of a lost connection nobody knows. */
export function wasRolledBack(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.severity === 'ERROR';
}

/** Was it a violation of that constraint (23505 unique, 23503 foreign key, 23514 check …)? */
export function violates(error: unknown, constraint: string): boolean {
  return error instanceof pg.DatabaseError && error.code?.startsWith('23') === true && error.constraint === constraint;
}

/**
 * What callers see of an error: DatabaseUnavailable where retrying later makes sense, else the error itself without the
 * values of the rows that PostgreSQL quotes in it (they are personal data, and errors are logged).
 */
export function translateError(error: unknown, connectionLost: boolean): unknown {
  if (error instanceof DatabaseUnavailable) return error;
  if (!(error instanceof pg.DatabaseError)) return connectionLost ? new DatabaseUnavailable(error) : error;
  withoutValues(error);
  return UNAVAILABLE.test(error.code ?? '') ? new DatabaseUnavailable(error) : error;
}

function withoutValues(error: pg.DatabaseError): void {
  error.detail = undefined;
  error.where = undefined;
  error.internalQuery = undefined;
  // data exceptions and violations name the value: 'invalid input syntax for type uuid: "…"'
  if (/^2[23]/.test(error.code ?? '')) {
    const place = [error.table, error.column, error.constraint].filter((part) => part !== undefined).join('.');
    error.message = `SQLSTATE ${error.code}${place === '' ? '' : ` at ${place}`}`;
  }
}
