import { type Agent as HttpAgent, type RequestOptions, request as requestHttp } from 'node:http';
import { type Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { urlToHttpOptions } from 'node:url';
import { type AxiosAdapter, AxiosError } from 'axios';

type Agents = { readonly http: HttpAgent; readonly https: HttpsAgent };

/**
 * The transport under axios: one request on an agent's connection, the answer as a stream as soon as its head is there. No
 * redirect, proxy, form, decompression or progress: axios' own transport, which has them all, costs more than the exchange.
 */
export function createDirectAdapter(agents: Agents): AxiosAdapter {
  const targetOf = createTargets(agents);
  return (config) =>
    new Promise((resolve, reject) => {
      const { signal } = config;
      const data = config.data as Uint8Array | undefined;
      const { request: send, connection, headers } = targetOf(config.url ?? '');
      const request = send({
        ...connection,
        method: (config.method ?? 'get').toUpperCase(),
        headers: [...headers, ...Object.entries(config.headers).flat(), ...lengthOf(data)],
      });
      const abort = () => request.destroy(new Error('aborted'));
      const fail = (error: Error & { readonly code?: string }) =>
        reject(new AxiosError(error.message, error.code, config, request));
      signal?.addEventListener?.('abort', abort);
      let isAnswered = false;
      request.on('error', fail);
      request.on('close', () => {
        signal?.removeEventListener?.('abort', abort);
        // also where the connection became something else (101), which nobody asked for
        if (!isAnswered) fail(new Error('the connection was closed'));
      });
      request.on('response', (stream) => {
        isAnswered = true;
        const { statusCode: status = 0, statusMessage: statusText = '' } = stream;
        resolve({ data: stream, status, statusText, headers: {}, config, request });
      });
      if (data === undefined) request.end();
      // As text it goes out with the head in one piece.
      else request.end(Buffer.from(data.buffer, data.byteOffset, data.length).toString('latin1'), 'latin1');
    });
}

const lengthOf = (data: Uint8Array | undefined): readonly string[] =>
  data === undefined ? [] : ['Content-Length', String(data.length)];

/** What every request to an URL has: where it goes, and names and values of its headers in turn. */
interface Target {
  readonly request: typeof requestHttp;
  readonly connection: RequestOptions;
  readonly headers: readonly string[];
}

/** The URLs asked are the few that are configured; should there be more, they are read anew. */
const MAX_TARGETS = 16;

function createTargets(agents: Agents): (url: string) => Target {
  const targets = new Map<string, Target>();
  return (url) => {
    const known = targets.get(url);
    if (known !== undefined) return known;
    const target = readTarget(new URL(url), agents);
    if (targets.size === MAX_TARGETS) targets.clear();
    targets.set(url, target);
    return target;
  };
}

function readTarget(url: URL, agents: Agents): Target {
  const isSecure = url.protocol === 'https:';
  const { auth, protocol, hostname, port, path } = urlToHttpOptions(url);
  const authorization = auth ? ['Authorization', `Basic ${Buffer.from(auth).toString('base64')}`] : [];
  return {
    request: isSecure ? requestHttps : requestHttp,
    connection: { protocol, hostname, port, path, agent: isSecure ? agents.https : agents.http },
    headers: ['Host', url.host, 'User-Agent', 'jpki-verifier', 'Accept-Encoding', 'identity', ...authorization],
  };
}
