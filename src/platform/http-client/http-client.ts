import { type ClientRequest, Agent as HttpAgent, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { Axios, type AxiosResponse, isAxiosError } from 'axios';
import { createDirectAdapter } from './direct-adapter.ts';
import { BodyTooLarge, readBody } from './read-body.ts';

export interface HttpGet {
  readonly url: string;
  /** The media types asked for, parted by commas; an answer of another one is refused. */
  readonly accept: string;
  /** From the call to the last octet of the body, connection and redirect refusals included. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
  /** Beside those that every request has. */
  readonly headers?: Readonly<Record<string, string>>;
  /** It belongs to who runs the service: it is told which trace the request is part of. */
  readonly isOwnParty?: boolean;
}

export interface HttpPost extends HttpGet {
  readonly body: Uint8Array;
  readonly contentType: string;
}

/** Why there is no body. `detail`: a status or a system error code, nothing that the other side wrote. */
export type HttpFailure = 'timeout' | 'connection-failed' | 'http-status' | 'redirect' | 'content-type' | 'too-large';

export type HttpOutcome =
  | { readonly ok: true; readonly body: Uint8Array }
  | {
      readonly ok: false;
      readonly failure: HttpFailure;
      readonly detail: string;
      /** Of an answer that was refused for it. */
      readonly status?: number;
    };

/** Calls to outside parties. Never rejects for what the other side does. */
export interface HttpClient {
  get(request: HttpGet): Promise<HttpOutcome>;
  post(request: HttpPost): Promise<HttpOutcome>;
  /** What waits for an answer fails now, and so does what is asked from now on: for a service that stops. */
  giveUp(): void;
  /** Closes idle connections. */
  close(): void;
}

export interface HttpClientOptions {
  readonly maxSockets?: number;
  /** PEM; `ca` takes the place of the usual ones. */
  readonly tls?: Partial<Record<'ca' | 'cert' | 'key', string | undefined>>;
}

const GIVEN_UP = 'given up: the service stops';
const failed = (failure: HttpFailure, detail: string): HttpOutcome => ({ ok: false, failure, detail });

/**
 * One pool of kept-alive connections. Contacts the URL that it is given and nothing else: no redirect is followed, no proxy
 * taken from the environment, no compressed body unpacked.
 */
export function createHttpClient(options: HttpClientOptions = {}): HttpClient {
  const { maxSockets = 64, tls } = options;
  // As many idle as busy ones: what is closed between two bursts has to be opened again.
  const agentOptions = { keepAlive: true, maxSockets, maxFreeSockets: maxSockets };
  const httpAgent = new HttpAgent(agentOptions);
  const httpsAgent = new HttpsAgent({ ...agentOptions, ...tls });
  // Not axios.create: its defaults are merged into every call, and only make sense above axios' own transport.
  const instance = new Axios({ adapter: createDirectAdapter({ http: httpAgent, https: httpsAgent }) });

  const send = async (request: HttpGet | HttpPost, signal: AbortSignal): Promise<HttpOutcome> => {
    const { url } = request;
    const own = { Accept: request.accept };
    const headers = request.headers === undefined ? own : { ...request.headers, ...own };
    const response: AxiosResponse<IncomingMessage> = await instance.request(
      'body' in request
        ? {
            method: 'post',
            url,
            data: request.body,
            signal,
            headers: { ...headers, 'Content-Type': request.contentType },
          }
        : { method: 'get', url, signal, headers },
    );
    const stream = response.data;
    const refusal = refuseHead(response, request);
    if (refusal !== undefined) {
      stream.destroy();
      return refusal;
    }
    return { ok: true, body: await readBody(stream, request.maxBytes, signal) };
  };

  const waiting = new Set<AbortController>();
  const end = (controller: AbortController) => {
    if (waiting.has(controller)) controller.abort();
  };
  let isGivenUp = false;
  const exchange = async (request: HttpGet | HttpPost): Promise<HttpOutcome> => {
    if (isGivenUp) return failed('connection-failed', GIVEN_UP);
    const controller = new AbortController();
    waiting.add(controller);
    // What came while the process was held up is read before its time is over.
    const timer = setTimeout(() => setImmediate(() => end(controller)), request.timeoutMs);
    try {
      return await send(request, controller.signal).catch((error: unknown) => {
        // The other side had closed the idle connection just then: it has not seen the request.
        if (!controller.signal.aborted && diedIdle(error)) return send(request, controller.signal);
        throw error;
      });
    } catch (error) {
      if (isGivenUp) return failed('connection-failed', GIVEN_UP);
      if (controller.signal.aborted) return failed('timeout', `no whole answer within ${request.timeoutMs} ms`);
      if (error instanceof BodyTooLarge) return failed('too-large', `more than ${request.maxBytes} octets`);
      return failed('connection-failed', systemCode(error));
    } finally {
      clearTimeout(timer);
      waiting.delete(controller);
    }
  };
  return {
    get: exchange,
    post: exchange,
    giveUp() {
      isGivenUp = true;
      // One whole turn of the event loop: an answer that is there already is not lost.
      setImmediate(() => setImmediate(() => waiting.forEach(end)));
    },
    close() {
      httpAgent.destroy();
      httpsAgent.destroy();
    },
  };
}

function refuseHead(response: AxiosResponse<IncomingMessage>, request: HttpGet): HttpOutcome | undefined {
  const { status } = response;
  if (status >= 300 && status < 400) return failed('redirect', `status ${status}`);
  if (status !== 200) return { ok: false, failure: 'http-status', detail: `status ${status}`, status };
  const { headers } = response.data;
  const mediaType = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  const accepted = request.accept.toLowerCase();
  if (mediaType !== accepted && !accepted.split(', ').some((one) => one === mediaType))
    return failed('content-type', `not ${request.accept}`);
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity')
    return failed('content-type', 'the body is compressed');
  if (Number(headers['content-length'] ?? 0) > request.maxBytes)
    return failed('too-large', `more than ${request.maxBytes} octets announced`);
  return undefined;
}

function diedIdle(error: unknown): boolean {
  if (!isAxiosError(error) || error.response !== undefined) return false;
  const reused = (error.request as ClientRequest | undefined)?.reusedSocket === true;
  return reused && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
}

/** `ECONNREFUSED` and the like; a message would quote addresses. */
function systemCode(error: unknown): string {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' && /^[A-Z0-9_]{1,64}$/.test(code) ? code : 'no answer';
}
