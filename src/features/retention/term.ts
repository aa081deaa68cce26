import type { Instant } from '../../core/instant.ts';
import { addDays, type CalendarDate, dayInJapan, lastDayOver, type Period } from '../../core/retention/calendar.ts';
import type { RetainedKind } from '../../core/retention/decide.ts';
import type { TenantPolicy } from '../tenants/caller.ts';
import { retentionOf } from '../tenants/service.ts';

/** How long backups of the key store live, at the most that the settings allow; a day later none has what was deleted. */
const MOST_BACKUP_DAYS = 30;

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

export interface BackupSettings {
  /** Of the key store, KEY_STORE_BACKUP_DAYS: without its key a record in a backup of the data is gone too. */
  readonly backupDays?: number | undefined;
}

export const goneFromBackups = (
  deletedOn: CalendarDate,
  { backupDays = MOST_BACKUP_DAYS }: BackupSettings,
): CalendarDate => addDays(deletedOn, backupDays + 1);

export function termOf(policy: TenantPolicy, kind: RetainedKind, now: Instant, backups: BackupSettings): Term {
  const period = retentionOf(policy, kind);
  const today = dayInJapan(now);
  return {
    period,
    periodText: policy[`${kind}Retention`],
    today,
    cutoff: lastDayOver(today, period),
    goneFromBackupsOn: goneFromBackups(today, backups),
  };
}
