import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Collector, refuse, stall, startCollector } from '../telemetry-collector.ts';
import { base64, newResident, type SandboxService, startSandboxService } from './sandbox-service.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CALLER = 'b7ad6b7169203331';
const traceOf = (digit: number) => TRACE.slice(0, -1) + digit;
const traceparent = (digit: number, flags = '01') => `00-${traceOf(digit)}-${CALLER}-${flags}`;

let collector: Collector;
let service: SandboxService;
let body: unknown;
beforeAll(async () => {
  collector = await startCollector();
  service = await startSandboxService({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20SENTINEL-SECRET',
    OTEL_EXPORTER_OTLP_TIMEOUT: '60000',
    OTEL_BSP_SCHEDULE_DELAY: '20',
    OTEL_METRIC_EXPORT_INTERVAL: '200',
  });
  body = await service.sign(await newResident(service), { content: base64('content') });
});
afterAll(async () => {
  collector.answer = (response) => response.writeHead(200).end();
  await service?.stop();
  await collector?.close();
});

/** Spans of a trace, once the request's own has come. */
async function spansOf(digit: number) {
  for (;;) {
    const spans = collector.spans().filter(({ traceId }) => traceId === traceOf(digit));
    if (spans.some(({ kind }) => kind === 2)) return spans;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('a verification', () => {
  it("is a trace under its caller's: what it did, and whom it asked", async () => {
    const { body: answer } = await service.verify(body, { traceparent: traceparent(1), 'X-Request-Id': 'r-1' });
    expect(answer.indication).toBe('TOTAL-PASSED');
    const spans = await spansOf(1);
    const request = spans.find(({ kind }) => kind === 2);
    expect(request).toMatchObject({ name: 'POST /jpki/verify', parentSpanId: CALLER, status: { code: 0 } });
    const line = service.lines.find(({ facts }) => facts.requestId === 'r-1');
    expect(line?.facts).toMatchObject({ traceId: traceOf(1), tenantId: expect.any(String) });
    expect(request?.attributes).toEqual({
      'http.request.method': 'POST',
      'http.route': '/jpki/verify',
      'http.response.status_code': 200,
      'jpki.request.id': 'r-1',
      'jpki.tenant.id': line?.facts.tenantId,
      'jpki.client.id': line?.facts.clientId,
    });
    const parts = spans.filter(({ parentSpanId }) => parentSpanId === request?.spanId);
    const names = ['prepare', 'judge', 'gather', 'conclude', 'record'].map((name) => `verification.${name}`);
    expect(parts.map(({ name }) => name)).toEqual(names);
    const gather = parts.find(({ name }) => name === 'verification.gather');
    expect(gather?.attributes).toMatchObject({
      'jpki.certificate.kind': 'digital-signature',
      'jpki.revocation.status': 'good',
    });
    const asked = spans.filter(({ parentSpanId }) => parentSpanId === gather?.spanId);
    expect(asked).toMatchObject([{ name: 'POST', kind: 3, attributes: { 'server.address': '127.0.0.1' } }]);
    expect(parts.at(-1)?.attributes).toEqual({ 'jpki.outcome': 'recorded' });
    expect(spans).toHaveLength(7);
  });

  it('is none where its caller does not sample', async () => {
    await service.verify(body, { traceparent: traceparent(2, '00') });
    await service.verify(body, { traceparent: traceparent(3) });
    await spansOf(3);
    expect(collector.spans().filter(({ traceId }) => traceId === traceOf(2))).toEqual([]);
  });

  it('is told beside probes, which are not', async () => {
    const headers = { traceparent: traceparent(7) };
    for (const path of ['/healthz', '/readyz', '/metrics']) await service.ask(path, { headers });
    await service.ask('/jpki/verifications', { headers });
    expect(await spansOf(7)).toMatchObject([{ name: 'GET /jpki/verifications' }]);
  });

  it('that is refused tells the code, and of the path its template alone', async () => {
    await service.ask('/jpki/verifications/SENTINEL-ID?reference=SENTINEL', {
      headers: { traceparent: traceparent(4) },
    });
    await service.ask('/SENTINEL-PATH', { headers: { traceparent: traceparent(5) } });
    const [refused] = await spansOf(4);
    expect(refused).toMatchObject({ name: 'GET /jpki/verifications/{id}', status: { code: 0 } });
    expect(refused?.attributes).toMatchObject({ 'jpki.problem.code': 'invalid-request' });
    const [unknown] = await spansOf(5);
    expect(unknown).toMatchObject({ name: 'GET unmatched', attributes: { 'http.response.status_code': 404 } });
    expect(collector.exports.every(({ body: sent }) => !sent.includes('SENTINEL'))).toBe(true);
  });
});

it('metrics and traces go to the one collector, with its header', async () => {
  while (collector.metrics().length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(new Set(collector.exports.map(({ path }) => path))).toEqual(new Set(['/v1/traces', '/v1/metrics']));
  const authorizations = collector.exports.map(({ headers }) => headers.authorization);
  expect(new Set(authorizations)).toEqual(new Set(['Bearer SENTINEL-SECRET']));
  expect(collector.metrics().map(({ name }) => name)).toContain('jpki_audit_waiting_lines');
});

it('the sealing of the audit trail is a trace of its own', async () => {
  const seals = () => collector.spans().filter(({ name }) => name === 'audit.seal');
  while (seals().length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(seals()[0]).toMatchObject({ kind: 1, attributes: { 'jpki.audit.lines': expect.any(Number) } });
  expect(seals()[0]?.parentSpanId).toBeUndefined();
});

describe('a collector', () => {
  const verifyAgain = async () => {
    for (let n = 0; n < 5; n++) {
      const { status } = await service.verify(body, { traceparent: traceparent(6) });
      expect(status).toBe(200);
    }
  };

  it('that refuses fails no request; the log tells of it once, without its header', async () => {
    collector.answer = refuse;
    await verifyAgain();
    const failures = () => service.lines.filter(({ event }) => event === 'telemetry.export-failed');
    while (failures().length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
    await verifyAgain();
    expect(
      failures()
        .map(({ facts }) => facts.signal)
        .sort(),
    ).toEqual(['metrics', 'traces']);
    expect(JSON.stringify(service.lines)).not.toContain('SENTINEL');
  });

  it('that stalls fails none', async () => {
    collector.answer = stall;
    const before = collector.exports.length;
    await verifyAgain();
    while (collector.exports.length === before) await new Promise((resolve) => setTimeout(resolve, 10));
    await verifyAgain();
    collector.drop();
  });
});
