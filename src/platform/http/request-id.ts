import { randomUUID } from 'node:crypto';

const REQUEST_ID = /^[A-Za-z0-9._-]{1,128}$/;
const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$/;

/** The caller's X-Request-Id when it can go into headers and logs as it is, else a new one. */
export function selectRequestId(header: string | undefined): string {
  return header !== undefined && REQUEST_ID.test(header) ? header : randomUUID();
}

/** trace-id of a valid W3C traceparent (Trace Context §3.2.2), for the log. */
export function decodeTraceId(header: string | undefined): string | undefined {
  const match = TRACEPARENT.exec(header ?? '');
  if (match === null || header?.startsWith('ff')) return undefined;
  const isZero = /^0+$/.test(match[1] as string) || /^0+$/.test(match[2] as string);
  return isZero ? undefined : match[1];
}
