import type { RetentionService } from '../../src/features/retention/service.ts';
import type { DeletionRecord, LegalHold } from '../../src/features/retention/wire.ts';
import type { SubjectService } from '../../src/features/subjects/service.ts';
import type { Subject } from '../../src/features/subjects/wire.ts';

const AT = '2026-11-22T03:00:00Z';
const subject: Subject = {
  subjectId: 'sub_068w3w5k1r7q3a8v',
  createdAt: AT,
  relation: { endedOn: '2026-03-31' },
  retention: { deletableFrom: '2033-04-01', onLegalHold: false },
  reducedAt: null,
};
const hold: LegalHold = {
  legalHoldId: 'hld_068w3w5k1r7q3a8v',
  subjectId: subject.subjectId,
  verificationId: null,
  reason: 'litigation',
  placedAt: AT,
  placedBy: 'client:cli_1',
  liftedAt: null,
  liftedBy: null,
};
const deletion: DeletionRecord = {
  deletionId: 'del_068w3w5k1r7q3a8v',
  kind: 'verification',
  target: 'ver_068w3w5k1r7q3a8v',
  count: 1,
  deletedAt: AT,
  deletedBy: 'client:cli_1',
  why: 'request',
  requestId: 'req-1',
  goneFromBackupsOn: '2026-12-23',
};

const found = async <T>(value: T) => ({ ok: true, value }) as const;

/** Answer with fixed values. */
export const fakeRetention: RetentionService = {
  deleteVerification: () => found(deletion),
  placeHold: () => found(hold),
  liftHold: () => found({ ...hold, liftedAt: AT, liftedBy: 'client:cli_1' }),
  listHolds: () => found({ items: [hold], nextCursor: null }),
  listDeletions: () => found({ items: [deletion], nextCursor: null }),
};

export const fakeSubjects: SubjectService = {
  list: () => found({ items: [subject], nextCursor: null }),
  read: () => found(subject),
  endRelation: () => found(subject),
  delete: () =>
    found({
      subjectId: subject.subjectId,
      outcome: 'reduced',
      deletedVerifications: 0,
      kept: [{ kind: 'verification', count: 1, why: 'statutory-term', deletableFrom: '2033-04-01' }],
      goneFromBackupsOn: '2026-12-23',
    }),
};
