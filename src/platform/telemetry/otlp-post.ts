import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { HttpClient } from '../http-client/http-client.ts';
import type { Log } from '../log.ts';
import { runOutside } from './current-work.ts';
import type { Collector } from './telemetry-settings.ts';

/** Gives whether the collector took it; never rejects. */
export type Post = (body: Uint8Array) => Promise<boolean>;

const MOST_OCTETS = 65_536;
const MEDIA_TYPES = { 'http/protobuf': 'application/x-protobuf', 'http/json': 'application/json' } as const;
const compress = promisify(gzip);

/**
 * OTLP over HTTP. What is not taken is not sent again: metrics are totals, which the next one tells, and spans that wait for
 * a collector which is away would take the place of those to come. The log tells of the first failure and of the end of them.
 */
export function createPost(
  signal: 'traces' | 'metrics',
  { url, headers, protocol, compression, timeoutMs }: Collector,
  { httpClient, log }: { readonly httpClient: HttpClient; readonly log: Log },
): Post {
  const mediaType = MEDIA_TYPES[protocol];
  let isFailing = false;
  const send: Post = async (body) => {
    const isZipped = compression === 'gzip';
    const outcome = await httpClient.post({
      url,
      body: isZipped ? await compress(body) : body,
      contentType: mediaType,
      accept: mediaType,
      headers: isZipped ? { ...headers, 'Content-Encoding': 'gzip' } : headers,
      timeoutMs,
      maxBytes: MOST_OCTETS,
    });
    const isTaken = outcome.ok || isAcceptance(outcome);
    if (!isTaken && !isFailing) log.warn('telemetry.export-failed', { signal, failure: outcome.failure });
    if (isTaken && isFailing) log.info('telemetry.export-resumed', { signal });
    isFailing = !isTaken;
    return isTaken;
  };
  return (body) => runOutside(() => send(body));
}

/** 2xx says that it was taken, whatever the body is: collectors answer with other types, and with 202. */
function isAcceptance({ failure, status = 0 }: { readonly failure: string; readonly status?: number }): boolean {
  return failure === 'content-type' || failure === 'too-large' || (status >= 200 && status <= 299);
}
