import type { SettingsReader } from '../platform/settings.ts';

/** A PostgreSQL given by URL; in the sandbox there may be none, and the embedded one is started. */
export interface DatabaseConfig {
  /** The application's login. */
  readonly url: string;
  /** The owner, for migrate alone. */
  readonly adminUrl: string;
  readonly strongLogin: 'refused' | 'accepted';
}

/** Undefined where none is given; in production that is reported. */
export function parseDatabase(
  settings: SettingsReader,
  mode: 'sandbox' | 'production' | undefined,
): DatabaseConfig | undefined {
  const protocols = ['postgres:', 'postgresql:'];
  const before = settings.problems.length;
  const url = settings.url('DATABASE_URL', protocols, settings.secret('DATABASE_URL'));
  const adminUrl = settings.url('DATABASE_ADMIN_URL', protocols, settings.secret('DATABASE_ADMIN_URL'));
  const strongLogin = settings.oneOf('DATABASE_SUPERUSER', ['refused', 'accept'], 'refused');
  if (url !== undefined) {
    return { url, adminUrl: adminUrl ?? url, strongLogin: strongLogin === 'accept' ? 'accepted' : 'refused' };
  }
  const isSaid = settings.problems.length > before;
  if (mode === 'production' && !isSaid) {
    settings.report('DATABASE_URL is missing: set it to the PostgreSQL 15 or later of this deployment.');
  }
  if (mode === 'sandbox' && adminUrl !== undefined && !isSaid) {
    settings.report('DATABASE_ADMIN_URL is set without DATABASE_URL: set both, or none for the embedded PostgreSQL.');
  }
  return undefined;
}
