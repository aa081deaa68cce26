import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { afterEach } from '@jest/globals';

/** A server on the loopback that counts connections and requests, and is ended whatever hangs on it. */
export interface LoopbackServer {
  readonly url: string;
  readonly requests: readonly { readonly method: string; readonly path: string; readonly body: Buffer }[];
  readonly connections: number;
  stop(): Promise<void>;
}

export type Answer = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void;

export async function startHttpServer(answer: Answer): Promise<LoopbackServer> {
  const requests: { method: string; path: string; body: Buffer }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      requests.push({ method: request.method ?? '', path: request.url ?? '', body });
      answer(request, response, body);
    });
  });
  server.keepAliveTimeout = 0; // no idle connection ends by time
  return listen(server, requests);
}

/** Each ends with the test that started it. */
export function serversOfEachTest() {
  const started: LoopbackServer[] = [];
  afterEach(async () => {
    await Promise.all(started.splice(0).map((server) => server.stop()));
  });
  const keep = async (starting: Promise<LoopbackServer>): Promise<LoopbackServer> => {
    const server = await starting;
    started.push(server);
    return server;
  };
  return {
    serve: (answer: Answer) => keep(startHttpServer(answer)),
    serveRaw: (talk: (socket: Socket) => void) => keep(startTcpServer(talk)),
  };
}

/** Raw octets: `talk` gets each connection. */
export async function startTcpServer(talk: (socket: Socket) => void): Promise<LoopbackServer> {
  return listen(createTcpServer(talk), []);
}

async function listen(
  server: ReturnType<typeof createTcpServer>,
  requests: LoopbackServer['requests'],
): Promise<LoopbackServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections++;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    requests,
    get connections() {
      return connections;
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

export interface Fault {
  readonly answer: Answer;
  readonly failure: string;
}

/**
 * Time to wait for it: little where only the end of the time ends the waiting; else so much that a busy machine is not
 * mistaken for a stall.
 */
export const patienceFor = ({ failure }: Pick<Fault, 'failure'>): number => (failure === 'timeout' ? 250 : PATIENCE_MS);
export const PATIENCE_MS = 60_000;

/**
 * Ways in which whoever answers in the media type `TYPE` can misbehave, whatever body it would send. Those that stall would
 * do so for ever.
 */
export const faultsIn = (TYPE: string): Readonly<Record<string, Fault>> => ({
  'never answers': { answer: () => undefined, failure: 'timeout' },
  'sends the head and stalls': {
    answer: (_, response) => {
      response.writeHead(200, { 'content-type': TYPE, 'content-length': 1000 });
      response.flushHeaders();
    },
    failure: 'timeout',
  },
  'drips an octet every 20 ms': {
    answer: (_, response) => {
      response.writeHead(200, { 'content-type': TYPE });
      const timer = setInterval(() => response.write('0'), 20);
      response.on('close', () => clearInterval(timer));
    },
    failure: 'timeout',
  },
  'sends without end': {
    answer: (_, response) => {
      response.writeHead(200, { 'content-type': TYPE });
      const chunk = Buffer.alloc(16_384);
      const pour = (): void => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on('drain', pour);
      pour();
    },
    failure: 'too-large',
  },
  'announces gigabytes': {
    answer: (_, response) => {
      response.writeHead(200, { 'content-type': TYPE, 'content-length': 10_000_000_000 });
      response.write('0');
    },
    failure: 'too-large',
  },
  'cuts the body off': {
    answer: (_, response) => {
      response.writeHead(200, { 'content-type': TYPE, 'content-length': 1000 });
      response.write(Buffer.alloc(10), () => response.destroy());
    },
    failure: 'connection-failed',
  },
  'cuts a chunked body off': {
    answer: (_, response) => {
      response.writeHead(200, { 'content-type': TYPE });
      response.write(Buffer.alloc(10), () => response.destroy());
    },
    failure: 'connection-failed',
  },
  'resets the connection': { answer: (request) => request.socket.resetAndDestroy(), failure: 'connection-failed' },
  'closes the connection': { answer: (request) => request.socket.destroy(), failure: 'connection-failed' },
  'answers 500': {
    answer: (_, response) => response.writeHead(500, { 'content-type': TYPE }).end(),
    failure: 'http-status',
  },
  'answers 503 with a body': {
    answer: (_, response) => response.writeHead(503, { 'content-type': TYPE }).end('busy'),
    failure: 'http-status',
  },
  'answers 404': { answer: (_, response) => response.writeHead(404).end(), failure: 'http-status' },
  'answers 204': { answer: (_, response) => response.writeHead(204).end(), failure: 'http-status' },
  'answers 206': {
    answer: (_, response) => response.writeHead(206, { 'content-type': TYPE }).end('x'),
    failure: 'http-status',
  },
  'answers in HTML': {
    answer: (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
    failure: 'content-type',
  },
  'answers without a type': { answer: (_, response) => response.writeHead(200).end('x'), failure: 'content-type' },
  'answers compressed': {
    answer: (_, response) =>
      response.writeHead(200, { 'content-type': TYPE, 'content-encoding': 'gzip' }).end(Buffer.alloc(20)),
    failure: 'content-type',
  },
});

export const FAULTS = faultsIn('application/ocsp-response');
