import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StartRefused } from '../start-refused.ts';

export interface ServerSettings {
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  /** Whole request, headers and body. */
  readonly requestTimeoutMs: number;
  /** What is still unanswered after that is cut off. */
  readonly stopTimeoutMs: number;
}

export interface RunningServer {
  /** http://host:port */
  readonly url: string;
  /** Stops accepting, lets requests in flight be answered, closes what is left after stopTimeoutMs. */
  stop(): Promise<void>;
}

/** Rejects with the system's error (EADDRINUSE, EACCES, …), StartRefused for a host that is no address of this machine. */
export async function startServer(listener: RequestListener, settings: ServerSettings): Promise<RunningServer> {
  let isStopping = false;
  const server = createServer({ requestTimeout: settings.requestTimeoutMs, headersTimeout: 10_000 }, (req, res) => {
    if (isStopping) res.setHeader('Connection', 'close');
    listener(req, res);
  });
  server.keepAliveTimeout = 65_000;
  server.maxHeadersCount = 100;
  await listen(server, settings);
  const { address, port, family } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    stop: () => {
      isStopping = true;
      return close(server, settings.stopTimeoutMs);
    },
  };
}

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
