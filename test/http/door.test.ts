import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DatabaseUnavailable } from '../../src/platform/database/database.ts';
import { PROBLEMS } from '../../src/platform/http/problem-map.ts';
import { contract } from './contract.ts';
import { type FakeApp, fakeUseCases, NOW, OTHER_KEY, startFakeApp, VERIFY_KEY, verification } from './fake-app.ts';
import { ask } from './request.ts';

const request = { purpose: 'account-opening', signature: { format: 'cms', value: 'YWJj' } };
let app: FakeApp;
const running: FakeApp[] = [];
const start = async (...settings: Parameters<typeof startFakeApp>): Promise<FakeApp> => {
  const started = await startFakeApp(...settings);
  running.push(started);
  return started;
};
beforeAll(async () => {
  app = await start();
});
afterAll(async () => {
  await Promise.all(running.map((one) => one.stop()));
});

describe('who may call', () => {
  it.each([
    ['nothing', {}],
    ['Basic', { Authorization: 'Basic amtwOng=' }],
    ['another prefix', { Authorization: 'Bearer sk_verify' }],
    ['an unknown key', { Authorization: 'Bearer jpk_unknown' }],
    ['two keys', { Authorization: `Bearer ${VERIFY_KEY} ${VERIFY_KEY}` }],
  ])('not one with %s', async (_name, headers) => {
    const answer = await ask(app.url, '/jpki/verifications', { headers });
    expect([answer.status, answer.body.code]).toEqual([401, 'unauthenticated']);
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
  });

  it.each([
    '/jpki/verify',
    '/jpki/challenges',
    '/jpki/verifications',
    `/jpki/verifications/${verification.verificationId}`,
  ])('not one without the scope: %s', async (path) => {
    const post = path === '/jpki/verify' || path === '/jpki/challenges';
    const answer = await ask(app.url, path, { key: OTHER_KEY, ...(post ? { body: request } : {}) });
    expect([answer.status, answer.body.code]).toEqual([403, 'insufficient-scope']);
  });

  it('is asked before the body is looked at', async () => {
    const answer = await ask(app.url, '/jpki/verify', { body: 'not JSON' });
    expect(answer.status).toBe(401);
  });
});

describe('how often one may call', () => {
  it('is told in headers, refused above the quota, and admitted again in the next minute', async () => {
    let now = NOW;
    const limited = await start({ rateLimitPerMinute: 3, now: () => now });
    const call = () => ask(limited.url, '/jpki/verifications', { key: VERIFY_KEY });
    const first = await call();
    expect(first.headers.get('ratelimit')).toBe('"minute";r=2;t=60');
    expect(first.headers.get('ratelimit-policy')).toBe('"minute";q=3;w=60');
    await call();
    expect((await call()).status).toBe(200);
    const refused = await call();
    expect([refused.status, refused.body.code]).toEqual([429, 'rate-limited']);
    expect(refused.headers.get('retry-after')).toBe('60');
    now += 59_999;
    expect((await call()).status).toBe(429);
    now += 1;
    expect((await call()).status).toBe(200);
  });

  it('is counted for each client by itself', async () => {
    const limited = await start({ rateLimitPerMinute: 1 });
    expect((await ask(limited.url, '/jpki/verifications', { key: VERIFY_KEY })).status).toBe(200);
    expect((await ask(limited.url, '/jpki/verifications', { key: VERIFY_KEY })).status).toBe(429);
    expect((await ask(limited.url, '/jpki/verifications', { key: OTHER_KEY })).status).toBe(403);
  });
});

describe('every answer', () => {
  it.each([
    ['trace-1.A_b', true],
    ['a'.repeat(128), true],
    ['a'.repeat(129), false],
    ['has space', false],
    ['<script>', false],
  ])('echoes a harmless X-Request-Id (%s)', async (id, echoed) => {
    const answer = await ask(app.url, '/healthz', { headers: { 'X-Request-Id': id } });
    expect(answer.headers.get('x-request-id') === id).toBe(echoed);
    expect(answer.headers.get('x-request-id')).toMatch(/^[A-Za-z0-9._-]{1,128}$/);
  });

  it('can load, frame and sniff nothing, and does not name its software', async () => {
    for (const path of ['/healthz', '/jpki/verifications', '/nowhere']) {
      const { headers } = await ask(app.url, path);
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('strict-transport-security')).toBe('max-age=31536000');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('access-control-allow-origin')).toBeNull();
      expect(headers.get('x-powered-by')).toBeNull();
    }
  });

  it('is a problem where there is no operation, or not of that method', async () => {
    const nowhere = await ask(app.url, '/nowhere');
    expect([nowhere.status, nowhere.body.code]).toEqual([404, 'not-found']);
    const response = await fetch(`${app.url}/jpki/verify`, { method: 'DELETE' });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
    expect(((await response.json()) as { code: string }).code).toBe('method-not-allowed');
  });

  it.each([
    ['http://elsewhere:99999/jpki/verifications?limit=1', 200],
    ['http://[/jpki/verifications', 200],
    ['http://[?limit=1', 404],
    ['http://[/jpki/verifications?limit=0', 400],
    ['*', 404],
  ])('to a whole address as its target is the same as to the path: %s', async (target, status) => {
    const { hostname, port } = new URL(app.url);
    const answer = await new Promise<string>((resolve, reject) => {
      let text = '';
      const socket = connect(Number(port), hostname, () =>
        socket.write(
          `GET ${target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${VERIFY_KEY}\r\nConnection: close\r\n\r\n`,
        ),
      );
      socket.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      socket.on('close', () => resolve(text)).on('error', reject);
    });
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    if (status !== 200) expect(answer).toContain('"requestId"');
  });

  it('refuses a parameter that is not documented, of the running operations too', async () => {
    for (const path of ['/healthz', '/readyz', '/metrics', '/openapi.yaml', '/docs']) {
      const answer = await ask(app.url, `${path}?verbose=1`);
      expect([path, answer.status, answer.body.errors[0]?.pointer]).toEqual([path, 400, '/verbose']);
    }
  });

  it('to HEAD has no body', async () => {
    expect(await ask(app.url, '/healthz', { method: 'HEAD' })).toMatchObject({ status: 200, text: '' });
  });
});

describe('use cases', () => {
  it('are given the Idempotency-Key, and a replayed answer says so', async () => {
    const useCases = fakeUseCases();
    const replaying = await start({
      useCases: {
        ...useCases,
        verify: async (...args) => {
          await useCases.verify(...args);
          return { ok: true, value: verification, replayed: true };
        },
      },
    });
    const headers = { 'Idempotency-Key': 'key 1'.replace(' ', '-') };
    const answer = await ask(replaying.url, '/jpki/verify', { key: VERIFY_KEY, body: request, headers });
    expect(useCases.asked).toEqual([{ operation: 'verify', argument: request, idempotencyKey: 'key-1' }]);
    expect(answer.headers.get('idempotency-replayed')).toBe('true');
  });

  it('that refuse are answered as problems with the places', async () => {
    const refusing = await start({
      useCases: fakeUseCases({
        verify: async () => ({
          ok: false,
          code: 'format-not-supported',
          errors: [{ pointer: '/signature/format', message: 'pdf is not supported yet' }],
        }),
      }),
    });
    const answer = await ask(refusing.url, '/jpki/verify', { key: VERIFY_KEY, body: request });
    expect([answer.status, answer.body.code]).toEqual([422, 'format-not-supported']);
    expect(answer.body.errors).toEqual([
      { in: 'body', pointer: '/signature/format', message: 'pdf is not supported yet' },
    ]);
  });

  it('that find no database are answered 503, those that break 500 without a word of why', async () => {
    let failure: Error = new DatabaseUnavailable(new Error('SENTINEL'));
    const failing = await start({ useCases: fakeUseCases({ list: () => Promise.reject(failure) }) });
    const away = await ask(failing.url, '/jpki/verifications', { key: VERIFY_KEY });
    expect([away.status, away.body.code, away.headers.get('retry-after')]).toEqual([503, 'database-unavailable', '2']);
    failure = new Error('SENTINEL');
    const broken = await ask(failing.url, '/jpki/verifications', { key: VERIFY_KEY });
    expect([broken.status, broken.body.code]).toEqual([500, 'internal-error']);
    expect(away.text + broken.text).not.toContain('SENTINEL');
  });
});

describe('for who runs the service', () => {
  it('readiness is 503 only while the database is unusable', async () => {
    let ready = true;
    const body = { mode: 'production', database: { usable: true }, gateway: { ocsp: [], crls: [] } };
    const one = await start({
      readiness: async () => ({ ready, body: { ...body, status: ready ? 'ready' : 'not-ready' } }),
    });
    expect((await ask(one.url, '/readyz')).status).toBe(200);
    ready = false;
    expect(await ask(one.url, '/readyz')).toMatchObject({ status: 503, body: { status: 'not-ready' } });
    expect((await ask(one.url, '/healthz')).body).toEqual({ status: 'alive' });
  });

  it('metrics name operations, never addresses', async () => {
    await ask(app.url, `/jpki/verifications/${verification.verificationId}`, { key: VERIFY_KEY });
    await ask(app.url, '/SENTINEL-PATH');
    const { text } = await ask(app.url, '/metrics');
    expect(text).toContain('route="/jpki/verifications/{id}",status="200"');
    expect(text).toContain('route="unmatched",status="404"');
    expect(text).not.toMatch(/SENTINEL|ver_068/);
  });

  it('the log has one line a request, with trace and client, without query or body', async () => {
    app.lines.length = 0;
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const headers = { 'X-Request-Id': 'r-1', traceparent };
    await ask(app.url, '/jpki/verifications?reference=SENTINEL', { key: VERIFY_KEY, headers });
    await ask(app.url, '/jpki/verify', { key: VERIFY_KEY, body: { ...request, reference: 'SENTINEL' } });
    expect(app.lines).toHaveLength(2);
    expect(app.lines[0]).toEqual({
      event: 'http.request',
      facts: {
        requestId: 'r-1',
        traceId: '0af7651916cd43dd8448eb211c80319c',
        method: 'GET',
        route: '/jpki/verifications',
        status: 200,
        durationMs: 0,
        tenantId: '00000000-0000-7000-8000-000000000001',
        clientId: 'cli_verify',
      },
    });
    expect(JSON.stringify(app.lines)).not.toContain('SENTINEL');
  });

  it('the reference is shown by this host alone', async () => {
    const page = await ask(app.url, '/docs');
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self';");
    const helmets = ['x-dns-prefetch-control', 'origin-agent-cluster', 'x-permitted-cross-domain-policies'];
    for (const name of helmets) expect([name, page.headers.has(name)]).toEqual([name, true]);
    expect(page.text).not.toMatch(/https?:\/\//);
    const assets = [...page.text.matchAll(/(?:src|href)="(\/docs\/[^"]+)"/g)].map((match) => match[1] as string);
    expect(assets).toHaveLength(3);
    for (const asset of assets) expect((await fetch(app.url + asset)).status).toBe(200);
    const start = await (await fetch(`${app.url}/docs/assets/start.js`)).text();
    expect(start).toContain('validatorUrl: null');
    expect((await ask(app.url, '/openapi.yaml')).text).toBe(contract.text);
  });
});

describe('the contract', () => {
  it('names exactly the codes that there are', () => {
    const { schemas } = contract.document.components as { schemas: { ProblemCode: { enum: string[] } } };
    expect([...schemas.ProblemCode.enum].sort()).toEqual(Object.keys(PROBLEMS).sort());
  });
});
