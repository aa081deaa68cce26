import type pg from 'pg';

/** Every value of every column of every table that is not PostgreSQL's own, bytea as octets and as hex, the rest as text. */
export async function dumpDatabase(superuser: pg.Client): Promise<Buffer> {
  const { rows: tables } = await superuser.query<{ name: string }>(
    `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p', 'm', 'f') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'`,
  );
  const parts: Buffer[] = [];
  for (const { name } of tables) {
    const { rows } = await superuser.query({ text: `select row.*, row::text from ${name} as row`, rowMode: 'array' });
    for (const value of rows.flat() as unknown[]) {
      parts.push(Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value) ?? ''), LINE);
    }
  }
  // statements that are written out with their values would be seen by whoever watches the server
  const { rows } = await superuser.query<{ query: string }>(
    'select query from pg_stat_activity where datname = current_database()', // other tests are at work in others
  );
  return Buffer.concat([...parts, ...rows.map(({ query }) => Buffer.from(query ?? ''))]);
}

const LINE = Buffer.from('\n');
