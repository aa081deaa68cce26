import type { Fault } from '../faults/fault.ts';

export interface Reply {
  readonly status: number;
  readonly type: string;
  readonly body: Uint8Array | string;
  readonly headers?: Readonly<Record<string, string>>;
  /** How it is delivered, when not as it should be. */
  readonly faults?: readonly Fault[];
}

export const json = (value: unknown, status = 200): Reply => ({
  status,
  type: 'application/json',
  body: JSON.stringify(value),
});

export interface ProblemError {
  readonly pointer: string;
  readonly message: string;
}

/** An RFC 9457 problem, thrown or returned. */
export class SandboxProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly errors: readonly ProblemError[];

  constructor(status: number, code: string, detail: string, errors: readonly ProblemError[] = []) {
    super(detail);
    this.status = status;
    this.code = code;
    this.errors = errors;
  }
}

export const problemReply = ({ status, code, message, errors }: SandboxProblem): Reply => ({
  status,
  type: 'application/problem+json',
  body: JSON.stringify({
    type: 'about:blank',
    title: code.replaceAll('-', ' '),
    status,
    code,
    detail: message,
    ...(errors.length === 0 ? {} : { errors }),
  }),
});
