import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Fault, isTransport } from '../faults/fault.ts';
import type { Reply } from './reply.ts';

const CHUNK = Buffer.alloc(16 * 1024, 0x30);

/** Sends the reply, spoilt as its faults say. A delay goes before any other of them. */
export async function deliver(response: ServerResponse, reply: Reply, stopping: AbortSignal): Promise<void> {
  const faults = (reply.faults ?? []).filter(isTransport);
  const delay = faults.find(({ fault }) => fault === 'delay');
  if (delay !== undefined) await pause(delay.delayMs ?? 5_000, response, stopping);
  if (response.destroyed) return;
  const other = faults.find(({ fault }) => fault !== 'delay');
  if (other === undefined) return send(response, reply);
  await misdeliver(response, reply, other, stopping);
}

function send(response: ServerResponse, reply: Reply): void {
  const body = Buffer.from(reply.body);
  response.writeHead(reply.status, {
    'content-type': reply.type,
    'content-length': body.length,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...reply.headers,
  });
  response.end(body);
}

/** Waits, but no longer than the other side or the sandbox is there. */
async function pause(ms: number, response: ServerResponse, stopping: AbortSignal): Promise<void> {
  const gone = new AbortController();
  const leave = () => gone.abort();
  response.once('close', leave);
  await sleep(ms, undefined, { signal: AbortSignal.any([gone.signal, stopping]) }).catch(() => undefined);
  response.off('close', leave);
}

async function misdeliver(response: ServerResponse, reply: Reply, fault: Fault, stopping: AbortSignal): Promise<void> {
  switch (fault.fault) {
    case 'http-error':
      return send(response, { status: fault.status ?? 503, type: 'text/plain', body: 'out of order' });
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'redirect':
      return send(response, { status: 302, type: 'text/plain', body: '', headers: { location: '/redirected' } });
    case 'empty':
      return send(response, { ...reply, body: '' });
    case 'wrong-content-type':
      return send(response, { ...reply, type: 'text/html; charset=utf-8' });
    case 'drip':
      return drip(response, reply, fault.intervalMs ?? 100, stopping);
    default:
      return flood(response, reply, stopping);
  }
}

/** One octet at a time. */
async function drip(response: ServerResponse, reply: Reply, intervalMs: number, stopping: AbortSignal): Promise<void> {
  response.writeHead(reply.status, { 'content-type': reply.type });
  for (const octet of Buffer.from(reply.body)) {
    if (response.destroyed || stopping.aborted) break;
    response.write(Buffer.of(octet));
    await pause(intervalMs, response, stopping);
  }
  response.end();
}

/** Without end, as fast as the other side reads. */
async function flood(response: ServerResponse, reply: Reply, stopping: AbortSignal): Promise<void> {
  response.writeHead(reply.status, { 'content-type': reply.type });
  while (!response.destroyed && !stopping.aborted) {
    if (response.write(CHUNK)) await pause(1, response, stopping);
    else await drained(response, stopping);
  }
  response.destroy();
}

const drained = (response: ServerResponse, stopping: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const go = () => resolve();
    response.once('drain', go);
    response.once('close', go);
    stopping.addEventListener('abort', go, { once: true });
  });
