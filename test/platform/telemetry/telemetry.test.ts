import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { HttpGet, HttpOutcome, HttpPost } from '../../../src/platform/http-client/http-client.ts';
import { createLog, type Log, type LogFacts, silentLog } from '../../../src/platform/log.ts';
import { createMetrics, type Metrics } from '../../../src/platform/metrics.ts';
import {
  beginRequest,
  currentWork,
  inJob,
  runInWork,
  withSpan,
  withTracer,
} from '../../../src/platform/telemetry/current-work.ts';
import { type RunningTelemetry, startTelemetry } from '../../../src/platform/telemetry/start-telemetry.ts';
import type { TelemetrySettings, TraceSettings } from '../../../src/platform/telemetry/telemetry-settings.ts';
import { traceHttpClient } from '../../../src/platform/telemetry/traced-http-client.ts';
import { type Collector, recordOf, refuse, stall, startCollector } from '../../telemetry-collector.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CALLER = 'b7ad6b7169203331';
const SECRET = 'SENTINEL-SECRET';

let collector: Collector;
let metrics: Metrics;
let telemetry: RunningTelemetry | undefined;
const lines: { event: string; facts: LogFacts }[] = [];
const write = (event: string, facts: LogFacts = {}) => lines.push({ event, facts });
const log: Log = { ...silentLog, info: write, warn: write, error: write };

beforeEach(async () => {
  collector = await startCollector();
  metrics = createMetrics();
  lines.length = 0;
});
afterEach(async () => {
  await telemetry?.stop();
  telemetry = undefined;
  await collector.close();
});

const to = (path: string) => ({
  url: collector.url + path,
  headers: { authorization: SECRET },
  protocol: 'http/json' as const,
  compression: 'none' as const,
  timeoutMs: 60_000,
});

async function start(traces: Partial<TraceSettings> = {}, rest: Partial<TelemetrySettings> = {}, flushMs = 60_000) {
  const usual = { sampler: 'parentbased_always_on', ratio: 1, mostWaiting: 100, mostInBatch: 10, everyMs: 10 } as const;
  const settings: TelemetrySettings = {
    serviceName: 'jpki-verifier',
    resourceAttributes: { 'deployment.environment.name': 'test' },
    traces: { to: to('/v1/traces'), ...usual, ...traces },
    metrics: undefined,
    tls: { caFile: undefined, certFile: undefined, keyFile: undefined },
    ...rest,
  };
  telemetry = await startTelemetry(settings, { log, metrics, flushMs });
  return telemetry;
}

const begin = (flags = '01') => beginRequest(telemetry?.tracer, 'r-1', `00-${TRACE}-${CALLER}-${flags}`);

async function countsOf(): Promise<Record<string, number>> {
  const found = (await metrics.snapshot()).find(({ name }) => name === 'jpki_telemetry_spans_total');
  return Object.fromEntries((found?.values ?? []).map(({ labels, value }) => [labels.outcome, value]));
}

/** Looks again and again: the test's own time ends it. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('a request', () => {
  it("is a trace under the caller's, its parts under it", async () => {
    const { stop } = await start();
    const work = begin();
    await runInWork(work, async () => {
      await withSpan('verification.gather', { kind: 'digital-signature' }, async (add) => {
        await Promise.resolve();
        withSpan('verification.judge', {}, () => undefined);
        add({ revocationStatus: 'good', host: undefined, failure: null });
      });
    });
    work.span?.rename('POST /jpki/verify');
    work.span?.add({ status: 200 });
    work.span?.end();
    await stop();
    const [judge, gather, server] = collector.spans();
    expect(server).toMatchObject({ traceId: TRACE, parentSpanId: CALLER, name: 'POST /jpki/verify', kind: 2 });
    expect(server?.attributes).toEqual({ 'http.response.status_code': 200 });
    expect(gather).toMatchObject({
      traceId: TRACE,
      parentSpanId: server?.spanId,
      name: 'verification.gather',
      kind: 1,
    });
    expect(gather?.attributes).toEqual({
      'jpki.certificate.kind': 'digital-signature',
      'jpki.revocation.status': 'good',
    });
    expect(judge).toMatchObject({ traceId: TRACE, parentSpanId: gather?.spanId, name: 'verification.judge' });
    expect(await countsOf()).toEqual({ exported: 3 });
    const resource = { 'service.name': 'jpki-verifier', 'deployment.environment.name': 'test' };
    expect(collector.resource()).toEqual({ ...resource, 'service.instance.id': expect.any(String) });
  });

  it('begins a trace where the caller names none, and the log knows it', async () => {
    await start();
    const work = beginRequest(telemetry?.tracer, 'r-1', 'nonsense');
    const printed: string[] = [];
    runInWork(work, () => createLog('info', { write: (line) => printed.push(line) }).info('sweep.done', { count: 1 }));
    work.span?.end();
    await telemetry?.stop();
    const [span] = collector.spans();
    expect(span?.parentSpanId).toBeUndefined();
    expect(JSON.parse(printed[0] ?? '')).toMatchObject({ requestId: 'r-1', traceId: span?.traceId, count: 1 });
  });

  it.each<[TraceSettings['sampler'], number, string, boolean]>([
    ['parentbased_always_on', 1, '01', true],
    ['parentbased_always_on', 1, '00', false],
    ['parentbased_always_off', 1, '01', true],
    ['parentbased_always_off', 1, '00', false],
    ['parentbased_traceidratio', 0, '01', true],
    ['parentbased_traceidratio', 1, '00', false],
    ['always_on', 1, '00', true],
    ['always_off', 1, '01', false],
    ['traceidratio', 1, '00', true],
    ['traceidratio', 0, '01', false],
  ])('is told or not as %s (%d) has it of a caller with flags %s', async (sampler, ratio, flags, isTold) => {
    await start({ sampler, ratio });
    const work = begin(flags);
    expect(work.traceparent).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-${isTold ? '01' : '00'}$`));
    runInWork(work, () => withSpan('verification.judge', {}, () => undefined));
    work.span?.end();
    await telemetry?.stop();
    expect(collector.spans().map(({ name }) => name)).toEqual(isTold ? ['verification.judge', 'HTTP'] : []);
  });

  it('tells of an error its code or name, nothing of its message', async () => {
    await start();
    const work = begin();
    const failures = [
      Object.assign(new Error(SECRET), { code: '23505' }),
      new TypeError(SECRET),
      Object.assign(new Error('x'), { name: `${SECRET} of many words` }),
      SECRET,
    ];
    for (const failure of failures) {
      const part = () => withSpan('verification.record', {}, async () => Promise.reject(failure));
      await expect(runInWork(work, part)).rejects.toBe(failure);
      const throwing = () =>
        withSpan('verification.judge', {}, () => {
          throw failure;
        });
      expect(() => runInWork(work, throwing)).toThrow();
    }
    work.span?.end('internal-error');
    await telemetry?.stop();
    const types = collector.spans().map(({ status, attributes }) => [status.code, attributes['error.type']]);
    const twice = (type: string) => [
      [2, type],
      [2, type],
    ];
    expect(types).toEqual([...['23505', 'TypeError', 'Error', 'Error'].flatMap(twice), [2, 'internal-error']]);
    expect(collector.exports.every(({ body }) => !body.includes(SECRET))).toBe(true);
  });
});

describe('without telemetry', () => {
  it('nothing of the SDK is loaded with the service', () => {
    const service = new URL('../../../src/compose.ts', import.meta.url).href;
    const sdk = new URL('../../../src/platform/telemetry/start-telemetry.ts', import.meta.url).href;
    const count = 'Object.keys(require.cache).filter((path) => /@opentelemetry.(sdk|otlp)/.test(path)).length';
    const program = `import { createRequire } from 'node:module';
      const require = createRequire('${service}');
      await import('${service}');
      const before = ${count};
      await import('${sdk}');
      console.log(before, ${count} > 0);`;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
    expect(stdout.trim()).toBe('0 true');
  });

  it("the parts run alone, and the caller's trace is known", async () => {
    const work = beginRequest(undefined, 'r-1', `cc-${TRACE}-${CALLER}-01-more`);
    expect(work).toMatchObject({ ids: { traceId: TRACE }, traceparent: `00-${TRACE}-${CALLER}-01`, span: undefined });
    const inner = runInWork(work, () => withSpan('verification.judge', {}, () => currentWork()));
    expect(inner).toBe(work);
    expect(withSpan('verification.judge', {}, () => currentWork())).toBeUndefined();
    expect(await inJob('sweep.run', async () => currentWork())).toBeUndefined();
  });
});

describe('background work', () => {
  it('is a trace of its own; a round that did nothing is none', async () => {
    await start();
    await withTracer(telemetry?.tracer, async () => {
      await inJob('audit.seal', async () => false);
      await inJob('audit.seal', async (add) => add({ lines: 3 }));
    });
    await telemetry?.stop();
    expect(collector.spans()).toMatchObject([{ name: 'audit.seal', attributes: { 'jpki.audit.lines': 3 } }]);
    expect(collector.spans()[0]?.parentSpanId).toBeUndefined();
  });

  it('is found by timers that were set where the tracer is at hand, outside of any request', async () => {
    await start();
    await new Promise<void>((resolve) => {
      const job = () => inJob('sweep.run', async () => undefined).then(resolve);
      withTracer(telemetry?.tracer, () => setTimeout(job, 1));
    });
    await telemetry?.stop();
    expect(collector.spans().map(({ name }) => name)).toEqual(['sweep.run']);
  });
});

describe('an exchange with another party', () => {
  const asked: HttpGet[] = [];
  const outcomes: HttpOutcome[] = [];
  const exchange = async (request: HttpGet) => {
    asked.push(request);
    return outcomes.shift() as HttpOutcome;
  };
  const client = traceHttpClient({ get: exchange, post: exchange, giveUp: () => undefined, close: () => undefined });
  const request: HttpPost = {
    ...{ url: `http://user:${SECRET}@ocsp.example:8080/${SECRET}?${SECRET}`, accept: 'a/b', timeoutMs: 1, maxBytes: 1 },
    ...{ body: Buffer.from(SECRET), contentType: 'a/b' },
  };

  it('is a span with host and outcome, nothing else of the address', async () => {
    await start();
    const work = begin();
    outcomes.push(
      { ok: true, body: new Uint8Array() },
      { ok: false, failure: 'http-status', detail: SECRET, status: 500 },
    );
    await runInWork(work, async () => {
      await client.post(request);
      await client.get({ ...request, url: 'https://keys.example/jwks' });
    });
    work.span?.end();
    await telemetry?.stop();
    const [post, get] = collector.spans();
    const host = { 'server.address': 'ocsp.example', 'server.port': 8080 };
    expect(post).toMatchObject({ name: 'POST', kind: 3, traceId: TRACE });
    expect(post?.attributes).toEqual({ ...host, 'http.request.method': 'POST', 'http.response.status_code': 200 });
    expect(get?.attributes).toEqual({
      ...{ 'server.address': 'keys.example', 'http.request.method': 'GET' },
      ...{ 'http.response.status_code': 500, 'error.type': 'http-status' },
    });
    expect(collector.exports.every(({ body }) => !body.includes(SECRET))).toBe(true);
  });

  it.each([true, false])("tells the trace to a party of the operator's own alone, telemetry: %s", async (isOn) => {
    if (isOn) await start();
    asked.length = 0;
    outcomes.push(...Array.from({ length: 3 }, () => ({ ok: true, body: new Uint8Array() }) as const));
    await runInWork(begin(), async () => {
      await client.post(request);
      await client.post({ ...request, isOwnParty: true, headers: { a: 'b' } });
    });
    await client.post({ ...request, isOwnParty: true });
    const traceparent = expect.stringMatching(
      new RegExp(`^00-${TRACE}-${isOn ? `(?!${CALLER})[0-9a-f]{16}` : CALLER}-01$`),
    );
    expect(asked.map(({ headers }) => headers)).toEqual([undefined, { a: 'b', traceparent }, undefined]);
  });
});

describe('a collector', () => {
  const tell = (count: number) => {
    for (let n = 0; n < count; n++) begin().span?.end();
  };

  it('is sent its headers, which the log never shows', async () => {
    collector.answer = refuse;
    await start();
    tell(1);
    await telemetry?.stop();
    expect(collector.exports).toHaveLength(1);
    expect(collector.exports[0]).toMatchObject({
      path: '/v1/traces',
      headers: { authorization: SECRET, 'content-type': 'application/json' },
    });
    expect(collector.exports[0]?.headers.traceparent).toBeUndefined();
    expect(JSON.stringify(lines)).not.toContain(SECRET);
    expect(lines.map(({ event }) => event)).toEqual(['telemetry.export-failed']);
  });

  it('may ask for protobuf, packed', async () => {
    await start({ to: { ...to('/v1/traces'), protocol: 'http/protobuf', compression: 'gzip' } });
    begin().span?.end();
    await telemetry?.stop();
    const [sent] = collector.exports;
    expect(sent?.headers).toMatchObject({ 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' });
    expect(sent?.body.includes(Buffer.from(TRACE, 'hex'))).toBe(true);
    expect(sent?.body.includes('jpki-verifier')).toBe(true);
    expect(await countsOf()).toEqual({ exported: 1 });
  });

  it.each([
    ['202', 202, 'application/json'],
    ['another media type', 200, 'text/plain'],
  ])('takes by answering with %s', async (_how, status, type) => {
    collector.answer = (response) => void response.writeHead(status, { 'Content-Type': type }).end('ok');
    await start();
    tell(1);
    await telemetry?.stop();
    expect([await countsOf(), lines]).toEqual([{ exported: 1 }, []]);
  });

  it('that refuses, and takes again, is told of twice; what it refused is counted', async () => {
    collector.answer = refuse;
    await start();
    for (const failed of [1, 2]) {
      tell(1);
      await until(async () => (await countsOf())['export-failed'] === failed);
    }
    collector.answer = (response) => void response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
    tell(1);
    await until(async () => (await countsOf()).exported === 1);
    expect(lines).toEqual([
      { event: 'telemetry.export-failed', facts: { signal: 'traces', failure: 'http-status' } },
      { event: 'telemetry.export-resumed', facts: { signal: 'traces' } },
    ]);
  });

  it('that is not there is told of, and nothing waits for it', async () => {
    await start({ to: { ...to('/v1/traces'), url: 'http://127.0.0.1:1/v1/traces' } });
    tell(3);
    await telemetry?.stop();
    expect(await countsOf()).toEqual({ 'export-failed': 3 });
    expect(lines).toMatchObject([{ facts: { failure: 'connection-failed' } }]);
  });

  it('that stalls holds back no more spans than may wait; the others are counted, and a stop ends', async () => {
    collector.answer = stall;
    await start({ mostWaiting: 20, mostInBatch: 5 }, {}, 50);
    tell(100);
    expect(await countsOf()).toEqual({ dropped: 80 });
    await until(() => collector.exports.length > 0);
    tell(100);
    expect(await countsOf()).toEqual({ dropped: 180 });
    await telemetry?.stop();
    await until(async () => (await countsOf())['export-failed'] === 20);
    expect(await countsOf()).toEqual({ dropped: 180, 'export-failed': 20 });
  });
});

describe('metrics', () => {
  it('are those of /metrics, with their names and labels', async () => {
    metrics.observeRequest({ method: 'POST', route: '/jpki/verify', status: 200, seconds: 0.007 });
    metrics.observeRequest({ method: 'POST', route: '/jpki/verify', status: 200, seconds: 99 });
    metrics.observeRequest({ method: 'GET', route: '/healthz', status: 200, seconds: 0.001 });
    metrics.countVerification('TOTAL-PASSED', null);
    metrics.ageOfOldestCrl(() => 12);
    await start({}, { traces: undefined, metrics: { to: to('/v1/metrics'), everyMs: 20 } });
    await until(() => collector.exports.length > 1);
    await telemetry?.stop();
    expect(telemetry?.tracer).toBeUndefined();
    const received = collector.metrics();
    const { text } = await metrics.render();
    const names = [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name);
    expect(received.map(({ name }) => name).sort()).toEqual(names.sort());
    const named = (name: string) => received.find((one) => one.name === name);
    const [verify, health] = named('jpki_http_request_duration_seconds')?.histogram?.dataPoints ?? [];
    expect(recordOf(verify?.attributes ?? [])).toEqual({ method: 'POST', route: '/jpki/verify', status: '200' });
    expect(verify).toMatchObject({
      ...{ count: 2, sum: 99.007, bucketCounts: [0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1] },
      explicitBounds: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    });
    expect(health).toMatchObject({ count: 1 });
    expect(named('jpki_verifications_total')?.sum).toMatchObject({
      ...{ isMonotonic: true, aggregationTemporality: 2, dataPoints: [{ asDouble: 1 }] },
    });
    expect(named('jpki_crl_oldest_age_seconds')?.gauge).toMatchObject({ dataPoints: [{ asDouble: 12 }] });
  });

  it('are sent once more when the service stops', async () => {
    await start({}, { traces: undefined, metrics: { to: to('/v1/metrics'), everyMs: 3_600_000 } });
    metrics.countVerification('TOTAL-PASSED', null);
    await telemetry?.stop();
    expect(collector.exports.map(({ path }) => path)).toEqual(['/v1/metrics']);
  });

  it('that a collector stalls over keep no stop waiting', async () => {
    collector.answer = stall;
    await start({}, { traces: undefined, metrics: { to: to('/v1/metrics'), everyMs: 20 } }, 50);
    await until(() => collector.exports.length > 0);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(collector.exports).toHaveLength(1);
    await telemetry?.stop();
    await until(() => lines.length > 0);
    expect(lines).toMatchObject([{ event: 'telemetry.export-failed', facts: { signal: 'metrics' } }]);
  });

  it('that cannot be read keep no stop waiting', async () => {
    await start({}, { traces: undefined, metrics: { to: to('/v1/metrics'), everyMs: 3_600_000 } }, 50);
    metrics.waitingAuditLines(() => new Promise(() => undefined));
    await telemetry?.stop();
    expect(collector.exports).toEqual([]);
  });
});
