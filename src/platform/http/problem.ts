import type { ProblemCode } from '../problem-code.ts';
import { PROBLEMS } from './problem-map.ts';

/** A place in the request that is wrong. `pointer`: JSON Pointer (RFC 6901); `message` never repeats the value. */
export interface RequestError {
  readonly in: 'body' | 'query' | 'path' | 'header';
  readonly pointer: string;
  readonly message: string;
}

export type ProblemHeaders = Readonly<Record<string, string>>;

/** What a problem of some codes says beside (RFC 9457 §3.2). */
export interface ProblemMembers {
  /** With `retention-required`: a day in Japan; null when the term has not begun. */
  readonly deletableFrom?: string | null;
}

/** Thrown on the way to a handler; answered as application/problem+json. */
export class HttpProblem extends Error {
  readonly code: ProblemCode;
  readonly errors: readonly RequestError[];
  readonly headers: ProblemHeaders;
  readonly members: ProblemMembers;

  constructor(
    code: ProblemCode,
    errors: readonly RequestError[] = [],
    headers: ProblemHeaders = {},
    members: ProblemMembers = {},
  ) {
    super(PROBLEMS[code].title);
    this.name = 'HttpProblem';
    this.code = code;
    this.errors = errors;
    this.headers = headers;
    this.members = members;
  }
}

const MAX_ERRORS = 20;

/** The body of RFC 9457. */
export function buildProblem(
  code: ProblemCode,
  requestId: string,
  errors: readonly RequestError[],
  members: ProblemMembers = {},
): object {
  const { status, title, titleJa, detail } = PROBLEMS[code];
  return {
    type: `urn:jpki-verifier:problem:${code}`,
    title,
    titleJa,
    status,
    code,
    detail,
    requestId,
    ...members,
    ...(errors.length > 0 ? { errors: errors.slice(0, MAX_ERRORS) } : {}),
  };
}
