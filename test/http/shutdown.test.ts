import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { fakeUseCases, startFakeApp, VERIFY_KEY, verification } from './fake-app.ts';
import { ask } from './request.ts';

const body = { purpose: 'account-opening', signature: { format: 'cms', value: 'YWJj' } };

describe('stopping', () => {
  it('answers what is in flight, accepts nothing new, and closes kept-alive connections', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let arrived: () => void = () => undefined;
    const inFlight = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const useCases = fakeUseCases({
      verify: async () => {
        arrived();
        await held;
        return { ok: true, value: verification };
      },
    });
    const app = await startFakeApp({ useCases, stopTimeoutMs: 600_000 });
    await ask(app.url, '/healthz');
    const answer = ask(app.url, '/jpki/verify', { key: VERIFY_KEY, body });
    await inFlight;
    const stopped = app.stop();
    await expect(fetch(`${app.url}/healthz`)).rejects.toThrow();
    release();
    expect((await answer).status).toBe(200);
    await stopped; // long before what is left would be cut off
  });

  it('cuts off what is still unanswered when its time is over', async () => {
    let arrived: () => void = () => undefined;
    const inFlight = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const useCases = fakeUseCases({
      verify: () => {
        arrived();
        return new Promise(() => undefined);
      },
    });
    const app = await startFakeApp({ useCases, stopTimeoutMs: 200 });
    const answer = ask(app.url, '/jpki/verify', { key: VERIFY_KEY, body });
    const outcome = expect(answer).rejects.toThrow();
    await inFlight;
    await app.stop();
    await outcome;
  });
});

describe('a body that drips', () => {
  it('is cut off by time', async () => {
    const app = await startFakeApp({ bodyTimeoutMs: 150 });
    const { port } = new URL(app.url);
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${VERIFY_KEY}` };
      const request = httpRequest({ port, path: '/jpki/verify', method: 'POST', headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      request.on('error', reject);
      const drip = setInterval(() => request.write(' '), 20);
      request.on('close', () => clearInterval(drip));
    });
    expect(status).toBe(408);
    await app.stop();
  });

  it('whose client goes away is nobody’s error', async () => {
    const app = await startFakeApp();
    const { port } = new URL(app.url);
    const socket = connect(Number(port), '127.0.0.1');
    const head = [
      'POST /jpki/verify HTTP/1.1',
      'Host: a',
      'Content-Type: application/json',
      'Content-Length: 100',
      'Expect: 100-continue',
    ];
    socket.write(`${[...head, `Authorization: Bearer ${VERIFY_KEY}`].join('\r\n')}\r\n\r\n`);
    await once(socket, 'data');
    socket.write('{"', () => socket.destroy());
    while (app.lines.length === 0) await sleep(5);
    expect(app.lines).toEqual([
      expect.objectContaining({ event: 'http.request', facts: expect.objectContaining({ status: 499 }) }),
    ]);
    await app.stop();
  });
});
