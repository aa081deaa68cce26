import type { Instant } from '../../core/instant.ts';
import { addDays, type CalendarDate, dayInJapan, lastDayOver, type Period } from '../../core/retention/calendar.ts';
import type { RetainedKind } from '../../core/retention/decide.ts';
import type { TenantPolicy } from '../tenants/caller.ts';
import { retentionOf } from '../tenants/service.ts';

/** How long backups are kept at most (docs/OPERATIONS.md): a day later none of them has what was deleted. */
const BACKUPS_LIVE_DAYS = 30;

/** A kind's term under a tenant's policy, as it stands today. */
export interface Term {
  readonly period: Period;
  /** ISO 8601. */
  readonly periodText: string;
  readonly today: CalendarDate;
  /** What began its term on that day or before may go. */
  readonly cutoff: CalendarDate;
  readonly goneFromBackupsOn: CalendarDate;
}

export function termOf(policy: TenantPolicy, kind: RetainedKind, now: Instant): Term {
  const period = retentionOf(policy, kind);
  const today = dayInJapan(now);
  return {
    period,
    periodText: policy[`${kind}Retention`],
    today,
    cutoff: lastDayOver(today, period),
    goneFromBackupsOn: addDays(today, BACKUPS_LIVE_DAYS + 1),
  };
}
