import type { ProblemCode } from '../problem-code.ts';
import { PROBLEMS } from './problem-map.ts';

/** A place in the request that is wrong. `pointer`: JSON Pointer (RFC 6901); `message` never repeats the value. */
export interface RequestError {
  readonly in: 'body' | 'query' | 'path' | 'header';
  readonly pointer: string;
  readonly message: string;
}

export type ProblemHeaders = Readonly<Record<string, string>>;

/** Thrown on the way to a handler; answered as application/problem+json. */
export class HttpProblem extends Error {
  readonly code: ProblemCode;
  readonly errors: readonly RequestError[];
  readonly headers: ProblemHeaders;

  constructor(code: ProblemCode, errors: readonly RequestError[] = [], headers: ProblemHeaders = {}) {
    super(PROBLEMS[code].title);
    this.name = 'HttpProblem';
    this.code = code;
    this.errors = errors;
    this.headers = headers;
  }
}

const MAX_ERRORS = 20;

/** The body of RFC 9457. */
export function buildProblem(code: ProblemCode, requestId: string, errors: readonly RequestError[]): object {
  const { status, title, titleJa, detail } = PROBLEMS[code];
  return {
    type: `urn:jpki-verifier:problem:${code}`,
    title,
    titleJa,
    status,
    code,
    detail,
    requestId,
    ...(errors.length > 0 ? { errors: errors.slice(0, MAX_ERRORS) } : {}),
  };
}
