import { decideRetention } from '../../core/retention/decide.ts';
import type { Transaction } from '../../platform/database/database.ts';
import {
  type Deed,
  deleteSubject,
  deleteVerifications,
  lockRetention,
  type RetainedVerification,
  selectRetained,
  type Term,
} from '../retention/service.ts';
import { problem, type ServiceResult } from '../service-result.ts';
import { loadSubject } from './store.ts';
import type { KeptOfSubject, SubjectDeletion } from './wire.ts';

const AT_ONCE = 500;

/** All that may go; the rest is told with the reason. Nothing at all while the relation lasts or a hold is on the subject. */
export async function deleteAsFarAsMayBe(
  trx: Transaction,
  deed: Deed,
  subjectId: string,
  term: Term,
): Promise<ServiceResult<SubjectDeletion>> {
  const { tenantId } = deed;
  await lockRetention(trx, tenantId);
  const subject = await loadSubject(trx, tenantId, subjectId);
  if (subject === undefined) return problem('subject-not-found');
  if (subject.held) return problem('legal-hold');
  if (subject.ended_on === null) return { ok: false, code: 'retention-required', deletableFrom: null };

  let deletedVerifications = 0;
  const kept = new Map<string, KeptOfSubject>();
  for (let after = '', page: readonly RetainedVerification[] = []; ; after = page.at(-1)?.id ?? after) {
    page = await selectRetained(trx, { tenantId, subjectId, after, limit: AT_ONCE });
    const free = page.filter(({ record }) => decideRetention(record, term.period, term.today).state === 'deletable');
    const ids = free.map(({ id }) => id);
    const deleted = ids.length === 0 ? [] : await deleteVerifications(trx, deed, ids, term);
    deletedVerifications += deleted.length;
    for (const one of page) if (!deleted.includes(one.id)) addKept(kept, one, term);
    if (page.length < AT_ONCE) break;
  }

  const outcome = await deleteSubject(trx, deed, subjectId, term);
  if (outcome === 'kept' && deletedVerifications === 0) return refusalOf([...kept.values()]);
  return {
    ok: true,
    value: {
      subjectId,
      outcome: outcome === 'deleted' ? 'deleted' : 'reduced',
      deletedVerifications,
      kept: [...kept.values()],
      goneFromBackupsOn: term.goneFromBackupsOn,
    },
  };
}

function addKept(kept: Map<string, KeptOfSubject>, { record }: RetainedVerification, term: Term): void {
  const decision = decideRetention(record, term.period, term.today);
  const deletableFrom =
    decision.state === 'kept' ? decision.keepUntil : decision.state === 'deletable' ? decision.since : null;
  const why = decision.state === 'held' ? 'legal-hold' : 'statutory-term';
  const count = (kept.get(`${why} ${deletableFrom}`)?.count ?? 0) + 1;
  kept.set(`${why} ${deletableFrom}`, { kind: 'verification', count, why, deletableFrom });
}

/** Deleted before as far as might be, and nothing more is free: the day from which all of it may go. */
function refusalOf(kept: readonly KeptOfSubject[]): ServiceResult<never> {
  const days = kept.flatMap(({ deletableFrom }) => deletableFrom ?? []).sort();
  if (days.length === 0) return problem('legal-hold');
  return { ok: false, code: 'retention-required', deletableFrom: days.at(-1) ?? null };
}
