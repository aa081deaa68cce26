export interface ServerVersion {
  /** `server_version_num`: 150004 is 15.4. */
  readonly number: number;
  /** As the server prints it. */
  readonly text: string;
}

/** One row, a ServerVersion. */
export const SELECT_SERVER_VERSION = `
  select current_setting('server_version_num')::int as number, current_setting('server_version') as text`;

const OLDEST = 150_000;

/** A sentence when the server is older than we serve on, and when it does not say its version. */
export function describeOldServer(version: ServerVersion | undefined): string | undefined {
  if (version === undefined) return 'PostgreSQL does not say its version: version 15 or later is needed.';
  if (version.number >= OLDEST) return undefined;
  return `PostgreSQL ${version.text} is too old: version 15 or later is needed.`;
}
