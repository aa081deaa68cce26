import { type Agent as HttpAgent, request as requestHttp } from 'node:http';
import { type Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { urlToHttpOptions } from 'node:url';
import { type AxiosAdapter, AxiosError } from 'axios';

/**
 * The transport under axios: one request on an agent's connection, the answer as a stream as soon as its head is there. No
 * redirect, proxy, form, decompression or progress: axios' own transport, which has them all, costs more than the exchange.
 */
export function createDirectAdapter(agents: { readonly http: HttpAgent; readonly https: HttpsAgent }): AxiosAdapter {
  return (config) =>
    new Promise((resolve, reject) => {
      const { data, headers, method, signal } = config;
      const url = new URL(config.url ?? '');
      const isSecure = url.protocol === 'https:';
      const request = (isSecure ? requestHttps : requestHttp)({
        ...urlToHttpOptions(url),
        method: (method ?? 'get').toUpperCase(),
        headers: { ...(headers as unknown as Record<string, string>) },
        agent: isSecure ? agents.https : agents.http,
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
      request.end(data);
    });
}
