/** What an answer says of one problem code (RFC 9457). */
export interface ProblemKind {
  readonly status: number;
  readonly title: string;
  readonly titleJa: string;
  /** What is wrong and what to do. */
  readonly detail: string;
}
