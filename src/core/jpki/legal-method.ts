import type { Instant } from '../instant.ts';

/** The method of 犯収法施行規則 6条1項1号 that a passed verification with a 署名用 certificate stands for. */
export interface LegalMethod {
  /** Stable over revisions; the letter of the article is not. */
  readonly code: 'jp.apt.jpki-signature';
  readonly article: string;
  /** First day (JST) on which the letter held; null where not established. */
  readonly effectiveFrom: string | null;
  /** Revision of 420M60000F5A001 by e-Gov's id; null where not established. */
  readonly revisionId: string | null;
}

const ARTICLE = '犯罪収益移転防止法施行規則 第6条第1項第1号';

/** Latest first. `from`: midnight in Japan (UTC+9, no summer time) of the day the letter came into force. */
const REVISIONS: readonly {
  readonly from: Instant;
  readonly letter: string;
  readonly effectiveFrom: string | null;
  readonly revisionId: string | null;
}[] = [
  {
    from: Date.UTC(2027, 2, 31, 15),
    letter: 'ヌ',
    effectiveFrom: '2027-04-01',
    revisionId: '20270401_508M60000F5A005',
  },
  {
    from: Date.UTC(2025, 5, 23, 15),
    letter: 'カ',
    effectiveFrom: '2025-06-24',
    revisionId: '20260806_508M60000F5A006',
  },
  { from: Number.NEGATIVE_INFINITY, letter: 'ワ', effectiveFrom: null, revisionId: null },
];

/** By the Japanese calendar date of the verification: letters are reused between revisions, history is never relabelled. */
export function selectLegalMethod(verifiedAt: Instant): LegalMethod {
  const revision = REVISIONS.find(({ from }) => verifiedAt >= from);
  if (revision === undefined) throw new RangeError('the time of verification is not a number');
  return {
    code: 'jp.apt.jpki-signature',
    article: `${ARTICLE}${revision.letter}`,
    effectiveFrom: revision.effectiveFrom,
    revisionId: revision.revisionId,
  };
}
