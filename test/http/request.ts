import type { ChallengeResponse } from '../../src/features/challenges/wire.ts';
import type { VerificationPage, VerificationResponse } from '../../src/features/verification/wire.ts';
import type { RequestError } from '../../src/platform/http/problem.ts';
import { validateResponse } from './contract.ts';

export type AnyBody = VerificationResponse &
  ChallengeResponse &
  VerificationPage & {
    readonly status: string | number;
    readonly code: string;
    readonly legalHoldId: string;
    readonly errors: readonly RequestError[];
    readonly database: { readonly usable: boolean };
    readonly gateway: { readonly crls: readonly unknown[]; readonly ocsp: readonly unknown[] };
  };

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The JSON answered; every shape at once, each field there only where its operation gives it. */
  readonly body: AnyBody;
}

export interface Ask {
  readonly method?: string;
  readonly key?: string;
  readonly headers?: Record<string, string>;
  /** An object is sent as JSON, text and octets as they are. */
  readonly body?: unknown;
}

/** One request over real HTTP; every answer is held against openapi.yaml. */
export async function ask(url: string, path: string, options: Ask = {}): Promise<Answer> {
  const { key, body, method = body === undefined ? 'GET' : 'POST' } = options;
  const isRaw = typeof body === 'string' || body instanceof Uint8Array;
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(key === undefined ? {} : { Authorization: `Bearer ${key}` }),
      ...options.headers,
    },
    ...(body === undefined ? {} : { body: isRaw ? (body as string) : JSON.stringify(body) }),
  });
  const text = await response.text();
  const type = response.headers.get('content-type') ?? '';
  const parsed = /[/+]json(;|$)/.test(type) && text !== '' ? JSON.parse(text) : undefined;
  if (method !== 'HEAD') {
    validateResponse(method, new URL(path, url).pathname, response.status, type, parsed);
  }
  return { status: response.status, headers: response.headers, text, body: parsed };
}
