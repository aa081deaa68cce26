import type { Request, Response } from 'express';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { Operation } from './document.ts';
import { decodeTraceId } from './request-id.ts';

/** nginx's number for a request whose client went away before the answer. */
const CLIENT_CLOSED_REQUEST = 499;

/** One log line and one observation per request, when it is over: path template and ids, no address, query or body. */
export function recordAccess(
  request: Request,
  response: Response,
  parts: { readonly clock: Clock; readonly log: Log; readonly metrics: Metrics },
): void {
  const startedAt = parts.clock.now();
  response.once('close', () => {
    const operation = response.locals.operation as Operation | undefined;
    const route = operation?.path ?? 'unmatched';
    const status = response.writableFinished ? response.statusCode : CLIENT_CLOSED_REQUEST;
    const durationMs = parts.clock.now() - startedAt;
    const { method } = request;
    parts.metrics.observeRequest({ method, route, status, seconds: durationMs / 1000 });
    parts.log.info('http.request', {
      requestId: response.locals.requestId as string,
      traceId: decodeTraceId(request.get('traceparent')),
      method,
      route,
      status,
      durationMs,
      clientId: response.locals.clientId as string | undefined,
    });
  });
}
