import type { SettingsReader } from '../platform/settings.ts';

/** Where the keys of records lie, and how long their backups live. */
export interface KeyStoreConfig {
  /** A table space of the server, for migrate; undefined: wherever it is. */
  readonly tablespace: string | undefined;
  /** So many days after a deletion a backup of the key store may still have the key. */
  readonly backupDays: number;
}

export const KEY_STORE_SETTINGS = ['KEY_STORE_TABLESPACE', 'KEY_STORE_BACKUP_DAYS'] as const;

/** PostgreSQL cuts longer names off, and keeps those that begin with pg_ for itself. */
const TABLESPACE = /^(?!pg_)[^"\p{Cc}]{1,63}$/u;

export function parseKeyStore(settings: SettingsReader): KeyStoreConfig {
  const tablespace = settings.text('KEY_STORE_TABLESPACE');
  if (tablespace !== undefined && !TABLESPACE.test(tablespace)) {
    settings.report('KEY_STORE_TABLESPACE must be the name of a table space of your own.');
  }
  return {
    tablespace,
    backupDays: settings.integer('KEY_STORE_BACKUP_DAYS', { min: 1, max: 30, fallback: 30 }),
  };
}
