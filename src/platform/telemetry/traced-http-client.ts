import type { HttpClient, HttpGet, HttpOutcome } from '../http-client/http-client.ts';
import { currentWork, withSpan } from './current-work.ts';
import type { SpanName } from './span.ts';

/**
 * The same client: each exchange a span with host and outcome, nothing else of the address. The trace's id goes along to
 * parties of the operator's own alone (`isOwnParty`): J-LIS and a timestamp authority are not told which of their requests
 * belong together.
 */
export function traceHttpClient(client: HttpClient): HttpClient {
  const traced =
    <Request extends HttpGet>(method: SpanName, exchange: (request: Request) => Promise<HttpOutcome>) =>
    (request: Request): Promise<HttpOutcome> => {
      const current = currentWork();
      if (current === undefined) return exchange(request);
      if (current.span === undefined) return exchange(withTrace(request, current.traceparent));
      const { hostname, port } = new URL(request.url);
      const facts = { method, host: hostname, port: port === '' ? undefined : Number(port) };
      return withSpan(method, facts, async (add) => {
        const outcome = await exchange(withTrace(request, currentWork()?.traceparent));
        add({ status: outcome.ok ? 200 : outcome.status, failure: outcome.ok ? undefined : outcome.failure });
        return outcome;
      });
    };
  return { ...client, get: traced('GET', client.get), post: traced('POST', client.post) };
}

function withTrace<Request extends HttpGet>(request: Request, traceparent: string | undefined): Request {
  if (traceparent === undefined || request.isOwnParty !== true) return request;
  return { ...request, headers: { ...request.headers, traceparent } };
}
