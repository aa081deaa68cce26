import { type CalendarDate, firstDayAfter, type Period } from './calendar.ts';

/** What has a term of its own in a tenant's policy. */
export type RetainedKind = 'verification' | 'consent' | 'challenge' | 'face' | 'myNumber' | 'audit';

/** With what the term of each kind begins. */
export const TERM_BEGINS: Readonly<Record<RetainedKind, 'end-of-relation' | 'end-of-purpose' | 'record'>> = {
  // 犯収法6条2項, 規則21条: from the later of the end of the transaction and of the relation, evidence attached included
  verification: 'end-of-relation',
  consent: 'end-of-relation',
  challenge: 'record',
  face: 'record',
  // 番号法20条: no longer than the affair for which it was collected needs it
  myNumber: 'end-of-purpose',
  audit: 'record',
};

/** A relation lasts; or ended on a day; or nobody can tell, because what was verified is on nobody's file. */
export type Relation = 'open' | 'unknown' | { readonly endedOn: CalendarDate };

export interface RetainedRecord {
  readonly kind: RetainedKind;
  /** The day in Japan on which it was made. */
  readonly recordedOn: CalendarDate;
  /** Of the person; for My Number, of the affair. */
  readonly relation: Relation;
  /** A legal hold is on it or on whose it is. */
  readonly held: boolean;
}

export type RetentionDecision =
  /** Until the hold is lifted, whatever the term. */
  | { readonly state: 'held' }
  /** Its term has not begun. */
  | { readonly state: 'open' }
  | { readonly state: 'kept'; readonly keepUntil: CalendarDate }
  /** `unattended` false: only on the word of whoever knows when the relation ended. */
  | { readonly state: 'deletable'; readonly since: CalendarDate; readonly unattended: boolean };

/** `keepUntil`: the first day on which it may go. */
export function decideRetention(record: RetainedRecord, period: Period, today: CalendarDate): RetentionDecision {
  if (record.held) return { state: 'held' };
  const begins = beginningOfTerm(record);
  if (begins === undefined) return { state: 'open' };
  const over = firstDayAfter(begins, period);
  if (over > today) return { state: 'kept', keepUntil: over };
  const unattended = TERM_BEGINS[record.kind] === 'record' || record.relation !== 'unknown';
  return { state: 'deletable', since: over, unattended };
}

/** 規則21条: the later of the day of the transaction and the day on which the relation ended. */
function beginningOfTerm({ kind, recordedOn, relation }: RetainedRecord): CalendarDate | undefined {
  if (TERM_BEGINS[kind] === 'record' || relation === 'unknown') return recordedOn;
  if (relation === 'open') return undefined;
  return relation.endedOn > recordedOn ? relation.endedOn : recordedOn;
}
