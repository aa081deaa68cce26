import { validateResponse } from './contract.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any;
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
    ...(body === undefined ? {} : { body: isRaw ? (body as BodyInit) : JSON.stringify(body) }),
  });
  const text = await response.text();
  const type = response.headers.get('content-type') ?? '';
  const parsed = /json/.test(type) ? JSON.parse(text) : undefined;
  if (method !== 'HEAD') {
    validateResponse(method, new URL(path, url).pathname, response.status, type, parsed);
  }
  return { status: response.status, headers: response.headers, text, body: parsed };
}
