import type { Database } from '../../platform/database/database.ts';
import type { Lease, LeaseSource, Window } from '../../platform/http/rate-limit.ts';
import type { Caller } from './caller.ts';

interface LeaseRow {
  readonly granted: string;
  readonly minute_start: Date;
  readonly minute_left: string;
  readonly day_left: string | null;
  readonly day_ends: Date;
  readonly month_left: string | null;
  readonly month_ends: Date;
}

const SQL = 'select * from lease_requests($1, $2, $3, $4, $5, $6, $7, $8, $9)';
const MINUTE_MS = 60_000;

/** Leases out of the client's row in PostgreSQL, which all replicas share. */
export function createLeaseSource(database: Database): LeaseSource<Caller> {
  return async ({ tenantId, clientId }, { limits, wanted, unspent, unspentMinuteStartsAt, at }): Promise<Lease> => {
    const { perMinute, perDay, perMonth } = limits;
    const [row] = await database.call<LeaseRow>('lease_requests', SQL, [
      ...[tenantId, clientId, perMinute, perDay, perMonth],
      ...[wanted, unspent, new Date(unspentMinuteStartsAt), new Date(at)],
    ]);
    if (row === undefined) throw new Error('lease_requests gave no row');
    const minuteStartsAt = row.minute_start.getTime();
    const windows: Window[] = [
      {
        ...{ name: 'minute', limit: perMinute, left: Number(row.minute_left), seconds: 60 },
        endsAt: minuteStartsAt + MINUTE_MS,
      },
    ];
    if (perDay !== null) {
      const [left, endsAt] = [Number(row.day_left), row.day_ends.getTime()];
      windows.push({ name: 'day', limit: perDay, left, endsAt, seconds: 86_400 });
    }
    if (perMonth !== null) {
      const [left, endsAt] = [Number(row.month_left), row.month_ends.getTime()];
      windows.push({ name: 'month', limit: perMonth, left, endsAt, seconds: 2_592_000 });
    }
    return { granted: Number(row.granted), minuteStartsAt, windows };
  };
}
