/**
 * A process of its own that asks one server over many connections, each its next request as soon as the last is answered.
 * Speaks by IPC: a LoadOrder in, a LoadReport out. Written on bare sockets: what the asker costs, the asked lacks.
 */
import { connect, type Socket } from 'node:net';
import { quantile } from '../statistics.ts';

export interface LoadOrder {
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  /** Whole requests, headers and body, base64; taken in turn. */
  readonly requests: readonly string[];
  /** Must stand in each answer. */
  readonly expected: string;
}

export interface LoadReport {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** What was wrong with the first answer that was not as expected. */
  readonly failure: string | undefined;
}

const HEAD_END = Buffer.from('\r\n\r\n');

async function load({ port, connections, seconds, requests, expected }: LoadOrder): Promise<LoadReport> {
  const octets = requests.map((request) => Buffer.from(request, 'base64'));
  const latencies: number[] = [];
  let asked = 0;
  let failure: string | undefined;
  const startedAt = performance.now();
  const until = startedAt + seconds * 1000;
  const ask = async (): Promise<void> => {
    const socket = connect(port, '127.0.0.1');
    socket.setNoDelay(true);
    while (performance.now() < until && failure === undefined) {
      const sentAt = performance.now();
      const answer = await exchange(socket, octets[asked++ % octets.length] as Buffer);
      latencies.push(performance.now() - sentAt);
      if (!answer.includes(expected) || !answer.subarray(0, 12).equals(Buffer.from('HTTP/1.1 200')))
        failure ??= answer.toString().slice(0, 2000);
    }
    socket.destroy();
  };
  await Promise.all(Array.from({ length: connections }, ask));
  const perSecond = (latencies.length * 1000) / (performance.now() - startedAt);
  return { perSecond, p50Ms: quantile(latencies, 0.5), p99Ms: quantile(latencies, 0.99), failure };
}

/** One request and its answer, of known length. */
function exchange(socket: Socket, request: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let received: Buffer = Buffer.alloc(0);
    let whole = Number.POSITIVE_INFINITY;
    const settle = (finish: () => void): void => {
      socket.off('data', onData).off('error', onError).off('close', onClose);
      finish();
    };
    const onData = (chunk: Buffer): void => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      const head = whole < Number.POSITIVE_INFINITY ? -1 : received.indexOf(HEAD_END);
      if (head >= 0) whole = head + HEAD_END.length + contentLength(received.toString('latin1', 0, head));
      if (received.length >= whole) settle(() => resolve(received));
    };
    const onError = (error: Error): void => settle(() => reject(error));
    const onClose = (): void => settle(() => reject(new Error('the connection was closed')));
    socket.on('data', onData).on('error', onError).on('close', onClose);
    socket.write(request);
  });
}

function contentLength(head: string): number {
  const length = /^content-length: (\d+)$/im.exec(head)?.[1];
  if (length === undefined) throw new Error('an answer without content-length');
  return Number(length);
}

process.on('message', (order: LoadOrder) => {
  load(order).then(
    (report) => process.send?.(report),
    (error: unknown) => process.send?.({ perSecond: 0, p50Ms: 0, p99Ms: 0, failure: String(error) }),
  );
});
