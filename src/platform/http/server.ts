import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type Log, silentLog } from '../log.ts';
import { StartRefused } from '../start-refused.ts';
import { loadTls, type TlsFiles, watchTls } from './tls.ts';

export interface ServerSettings {
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  /** Whole request, headers and body. */
  readonly requestTimeoutMs: number;
  /** What is still unanswered after that is cut off. */
  readonly stopTimeoutMs: number;
  /** The headers alone: who sends them drop by drop holds a connection no longer. */
  readonly headersTimeoutMs?: number;
  /** Further ones are closed at once. */
  readonly maxConnections?: number;
  /** Undefined: plain HTTP. */
  readonly tls?: TlsFiles | undefined;
  readonly log?: Log;
}

const USUAL = { headersTimeoutMs: 10_000, maxConnections: 5_000 };
const MOST_HEADER_OCTETS = 16_384;
/** How often Node looks for requests that are past their time. */
const LOOKED_AT_MS = 1_000;

export interface RunningServer {
  /** http://host:port, or https:// */
  readonly url: string;
  /** Stops accepting, lets requests in flight be answered, closes what is left after stopTimeoutMs. */
  stop(): Promise<void>;
}

/** Rejects with the system's error (EADDRINUSE, EACCES, …), StartRefused for a host that is no address of this machine. */
export async function startServer(listener: RequestListener, settings: ServerSettings): Promise<RunningServer> {
  const { tls, log = silentLog } = settings;
  let isStopping = false;
  const answer: RequestListener = (req, res) => {
    if (isStopping) res.setHeader('Connection', 'close');
    listener(req, res);
  };
  const loaded = tls === undefined ? undefined : await loadTls(tls);
  // a certificate is asked for and not required: which client must show one is a matter of its row
  const asks = { requestCert: tls?.clientCaFile !== undefined, rejectUnauthorized: false };
  const server =
    loaded === undefined
      ? createServer(limitsOf(settings), answer)
      : createTlsServer({ ...limitsOf(settings), ...loaded, ...asks }, answer);
  server.keepAliveTimeout = 65_000;
  server.maxHeadersCount = 100;
  server.maxConnections = settings.maxConnections ?? USUAL.maxConnections;
  await listen(server, settings);
  const unwatch = tls && loaded ? watchTls(server as TlsServer, tls, loaded, log) : () => undefined;
  const { address, port, family } = server.address() as AddressInfo;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    stop: () => {
      isStopping = true;
      unwatch();
      return close(server, settings.stopTimeoutMs);
    },
  };
}

const limitsOf = ({ requestTimeoutMs, headersTimeoutMs = USUAL.headersTimeoutMs }: ServerSettings) => ({
  requestTimeout: requestTimeoutMs,
  headersTimeout: headersTimeoutMs,
  maxHeaderSize: MOST_HEADER_OCTETS,
  connectionsCheckingInterval: LOOKED_AT_MS,
});

const NO_HOST = 'HOST is not an address of this machine.';
const isNoHost = ({ code }: NodeJS.ErrnoException) =>
  code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'EINVAL';

function listen(server: Server, { host, port }: ServerSettings): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException) =>
      reject(isNoHost(error) ? new StartRefused([NO_HOST], error) : error);
    server.once('error', refuse);
    server.listen(port, host, () => {
      server.off('error', refuse);
      resolve();
    });
  });
}

/** Connections that become idle after their answer are closed as well; Node closes only those idle at once. */
function close(server: Server, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const idle = setInterval(() => server.closeIdleConnections(), 50);
    const late = setTimeout(() => server.closeAllConnections(), timeoutMs);
    server.close(() => {
      clearInterval(idle);
      clearTimeout(late);
      resolve();
    });
  });
}
