import { DatabaseUnavailable } from '../platform/database/database.ts';
import { EmbeddedPostgresError } from '../platform/database/embedded/embedded-postgres-error.ts';
import { MigrationError } from '../platform/database/migration-error.ts';
import { StartRefused } from '../platform/start-refused.ts';
import { VaultError } from '../platform/vault/vault.ts';

/**
 * What an operator reads when something they can mend went wrong; undefined for a fault of the program, which deserves its
 * stack trace.
 */
export function failureSentences(error: unknown): readonly string[] | undefined {
  if (error instanceof StartRefused) return error.sentences;
  if (error instanceof EmbeddedPostgresError || error instanceof MigrationError || error instanceof VaultError) {
    return [error.message];
  }
  if (error instanceof DatabaseUnavailable) return [databaseSentence(error.cause)];
  return systemSentence(error);
}

/** SQLSTATE classes that an operator mends: authentication, missing database; else the system's own code. */
function databaseSentence(cause: unknown): string {
  const code = codeOf(cause);
  return `The database cannot be used${code === undefined ? '' : ` (${code})`}: see that DATABASE_URL is right and PostgreSQL runs.`;
}

const CONNECTION_CODES = new Set(['ECONNREFUSED', 'ENOTFOUND', 'ETIMEDOUT', 'ECONNRESET', 'EAI_AGAIN', 'EHOSTUNREACH']);
/** invalid_authorization_specification, invalid_catalog_name, insufficient_privilege. */
const LOGIN_STATES = /^(28|3D|42501)/;

function systemSentence(error: unknown): readonly string[] | undefined {
  const code = codeOf(error);
  if (code === undefined) return undefined;
  const { port, path, url } = error as { port?: number; path?: string; url?: string };
  if (code === 'ERR_MODULE_NOT_FOUND' && url?.includes('/sandbox/') === true)
    return ['This installation holds no sandbox: set JPKI_MODE=production, or start it from a checkout.'];
  if (code === 'EADDRINUSE')
    return [`Port ${port} is in use: stop what uses it, or set PORT or SANDBOX_PORT to another.`];
  if (code === 'EACCES' && port !== undefined)
    return [`Port ${port} may not be used by this user: set PORT to another.`];
  if (code === 'EADDRNOTAVAIL') return ['HOST is not an address of this machine.'];
  if ((code === 'EACCES' || code === 'ENOENT' || code === 'EROFS' || code === 'ENOTDIR') && path !== undefined) {
    return [`${path} cannot be used (${code}): see that it exists and that this user may read and write it.`];
  }
  if (CONNECTION_CODES.has(code) || LOGIN_STATES.test(code)) return [databaseSentence(error)];
  return undefined;
}

function codeOf(error: unknown): string | undefined {
  const first = error instanceof AggregateError ? error.errors[0] : error;
  const code = (first as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}
