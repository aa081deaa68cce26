export interface RelationRequest {
  /** A day in Japan, not after today; null: the relation lasts. */
  readonly endedOn: string | null;
}

export interface Subject {
  readonly subjectId: string;
  readonly createdAt: string;
  readonly relation: { readonly endedOn: string | null };
  readonly retention: {
    /** A day in Japan: what the law has kept of the subject may go from then on; null while the relation lasts. */
    readonly deletableFrom: string | null;
    readonly onLegalHold: boolean;
  };
  /** When it was deleted as far as the law allows. */
  readonly reducedAt: string | null;
}

export interface KeptOfSubject {
  readonly kind: 'verification';
  readonly count: number;
  readonly why: 'statutory-term' | 'legal-hold';
  /** 犯収法6条2項; null for a hold. */
  readonly deletableFrom: string | null;
}

export interface SubjectDeletion {
  readonly subjectId: string;
  /** `reduced`: certificates and attributes on file are gone; what is kept hangs on the id until its term is over. */
  readonly outcome: 'deleted' | 'reduced';
  readonly deletedVerifications: number;
  readonly kept: readonly KeptOfSubject[];
  /** A day in Japan: from then on no backup can bring back what was deleted. */
  readonly goneFromBackupsOn: string;
}
