import type { Request, Response } from 'express';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { ProblemCode } from '../problem-code.ts';
import type { CurrentWork } from '../telemetry/current-work.ts';
import type { Operation } from './document.ts';

/** nginx's number for a request whose client went away before the answer. */
const CLIENT_CLOSED_REQUEST = 499;
/** Asked every few seconds by who watches over the service: no traces. */
const PROBES: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics']);

/** One log line, one observation, one span per request, when it is over: path template and ids, no address, query or body. */
export function recordAccess(
  request: Request,
  response: Response,
  { ids, span }: CurrentWork,
  parts: { readonly clock: Clock; readonly log: Log; readonly metrics: Metrics },
): void {
  const startedAt = parts.clock.now();
  response.once('close', () => {
    const operation = response.locals.operation as Operation | undefined;
    const route = operation?.path ?? 'unmatched';
    const status = response.writableFinished ? response.statusCode : CLIENT_CLOSED_REQUEST;
    const durationMs = parts.clock.now() - startedAt;
    const { method } = request;
    const { requestId, traceId, tenantId } = ids;
    const { clientId, problem } = response.locals as { clientId?: string; problem?: ProblemCode };
    parts.metrics.observeRequest({ method, route, status, seconds: durationMs / 1000 });
    parts.log.info('http.request', {
      requestId,
      traceId,
      method,
      route,
      status,
      durationMs,
      tenantId,
      clientId,
      problem,
    });
    ids.isOver = true;
    if (span === undefined || PROBES.has(route)) return;
    span.rename(`${method} ${route}`);
    span.add({ requestId, tenantId, clientId, method, route, status, problem });
    span.end(status >= CLIENT_CLOSED_REQUEST ? problem : undefined);
  });
}
