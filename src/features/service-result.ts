import type { ProblemCode } from '../platform/problem-code.ts';

/** One place in the request body that is wrong: a JSON Pointer and a sentence without the value. */
export interface FieldError {
  readonly pointer: string;
  readonly message: string;
}

export interface Problem {
  readonly ok: false;
  readonly code: ProblemCode;
  readonly errors?: readonly FieldError[];
  /** With `retention-required`: a day in Japan; null when the term has not begun. */
  readonly deletableFrom?: string | null;
}

/** What a use case answers: its value, or an expected failure by a closed code. `replayed`: an Idempotency-Key's first answer. */
export type ServiceResult<T> = { readonly ok: true; readonly value: T; readonly replayed?: boolean } | Problem;

export function problem(code: ProblemCode, pointer?: string, message?: string): Problem {
  if (pointer === undefined || message === undefined) return { ok: false, code };
  return { ok: false, code, errors: [{ pointer, message }] };
}
