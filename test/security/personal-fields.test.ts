import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { decodeCertificate } from '../../src/core/x509/decode-certificate.ts';
import { createLog } from '../../src/platform/log.ts';
import { issued, key, ordinary, replaced, SIGN_2 } from '../../src/sandbox/fixtures/world.ts';
import { attributeOtherNames } from '../../src/sandbox/japan/leaf.ts';
import { OID } from '../../src/sandbox/oids.ts';
import { ia5, oid, sequence, tagged, utf8 } from '../../src/sandbox/pki/asn1.ts';
import { extension } from '../../src/sandbox/pki/extensions.ts';
import { createWorld, options, signedRequest, verify as verifyIn } from '../features/world.ts';
import { contract } from '../http/contract.ts';
import type { Answer, Ask } from '../http/request.ts';
import { base64, type SandboxService, startSandboxService } from '../http/sandbox-service.ts';
import { type Collector, startCollector } from '../telemetry-collector.ts';
import { dumpDatabase } from './dump.ts';
import * as planted from './personal-sentinels.ts';
import { findSentinels, formsOf, personalFields, type Sentinels } from './sentinels.ts';

const { ADDRESS, BIRTH, KEY, NAME, OCTETS, PERSONAL, REFERENCE, TEXT } = planted;

/** What the service of the test was asked and answered, and where it may have left something. */
const traffic: string[] = [];
const places: Record<string, Buffer> = {};
/** A certificate is personal as a whole: its octets, its serial number. */
const certificates: Record<string, readonly Uint8Array[]> = {};

function keepCertificate(name: string, der: Uint8Array): void {
  const { serialNumber } = decodeCertificate(der);
  const serial = Buffer.from(serialNumber.octets);
  const decimal = BigInt(`0x${serialNumber.hex}`).toString();
  // its beginning is the name of the CA, which every anchor has; its end is its own signature
  const own = [der.subarray(-80, -20), der.subarray(300, 360)];
  // four octets alone would be found by chance
  const encoded = Buffer.concat([Buffer.of(2, serial.length), serial]);
  certificates[name] = [...own, encoded, Buffer.from(serialNumber.hex), Buffer.from(decimal)];
}

let service: SandboxService;
let superuser: pg.Client;
/** Sent all traces and metrics, one as text, the other in octets. */
let collector: Collector;
beforeAll(async () => {
  collector = await startCollector();
  service = await startSandboxService({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json',
    OTEL_EXPORTER_OTLP_TIMEOUT: '60000',
    OTEL_BSP_SCHEDULE_DELAY: '20',
    OTEL_BSP_MAX_QUEUE_SIZE: '65536',
    OTEL_METRIC_EXPORT_INTERVAL: '300',
  });
  superuser = new pg.Client({ connectionString: service.superuserUrl });
  await superuser.connect();
});
afterAll(async () => {
  await superuser?.end();
  await service?.stop();
  await collector?.close();
});

const problems: string[] = [];
const statuses = new Set<number>();
async function call(path: string, given: Ask = {}): Promise<Answer> {
  const trace = { tracestate: `vendor=${KEY}`, baggage: `key=${KEY},text=${encodeURIComponent(TEXT)}` };
  const answer = await service.ask(path, { ...given, headers: { ...trace, ...given.headers } });
  const headers = JSON.stringify([...answer.headers]);
  traffic.push(decodeURIComponent(path), JSON.stringify(given), answer.text);
  statuses.add(answer.status);
  if (answer.status >= 400) problems.push(answer.text);
  problems.push(headers);
  return answer;
}
const post = (body: unknown, headers: Record<string, string> = {}) => call('/jpki/verify', { body, headers });

async function createResident(): Promise<string> {
  const person = { name: NAME, dateOfBirth: BIRTH, gender: '2', address: ADDRESS, municipality: '13221' };
  const { id } = await service.sandbox<{ id: string }>('POST', '/residents', person);
  return id;
}

it('every field that openapi.yaml marks personal has a sentinel, and only those', () => {
  expect(Object.keys(PERSONAL).sort()).toEqual([...personalFields(contract.document)].sort());
});

describe('over real HTTP', () => {
  let resident: string;
  beforeAll(async () => {
    resident = await createResident();
  });

  it('what passes', async () => {
    const challenge = { kind: 'signature', purpose: 'test', text: TEXT };
    const { body } = await call('/jpki/challenges', { body: challenge, headers: { 'Idempotency-Key': KEY } });
    const { challengeId, content } = body;
    const signed = await service.sign(resident, { challengeId, content, reference: REFERENCE });
    const passed = await post(signed, { 'Idempotency-Key': KEY });
    expect(passed.body).toMatchObject({ indication: 'TOTAL-PASSED', attributes: { name: NAME, gender: 'female' } });
    if (signed.signature.format === 'raw') keepCertificate('card', Buffer.from(signed.signature.certificate, 'base64'));
    await post(signed, { 'Idempotency-Key': KEY });
    await call(`/jpki/verifications/${passed.body.verificationId}`);
    await call(`/jpki/verifications?reference=${encodeURIComponent(REFERENCE)}`);
    for (const asked of [
      { content: base64(OCTETS.rawContent) },
      { format: 'cms', content: base64(OCTETS.attached) },
      { format: 'cms', detached: true, content: base64(OCTETS.detached) },
    ]) {
      const { status } = await post(await service.sign(resident, { ...asked, reference: REFERENCE }));
      expect(status).toBe(200);
    }
  });

  it('what is not answered yet by the responder', async () => {
    await service.sandbox('PUT', '/faults', { faults: [{ target: 'ocsp', fault: 'bad-signature' }] });
    const { body } = await post(await service.sign(resident, { content: base64(OCTETS.rawContent) }));
    await service.sandbox('DELETE', '/faults');
    expect(body.subIndication).toBe('TRY_LATER');
  });

  it('what is refused', async () => {
    const signed = await service.sign(resident, { content: base64(OCTETS.rawContent), reference: REFERENCE });
    const { signature, purpose } = signed;
    const raw = { ...signature, value: base64(OCTETS.signature) };
    const bodies: unknown[] = [
      { ...signed, signature: raw },
      { purpose, signature: { ...raw, certificate: base64(OCTETS.unreadableCertificate) } },
      { purpose, signature: { format: 'cms', value: base64(OCTETS.unreadableContainer) } },
      { purpose, signature: { format: 'digital-auth-app', value: OCTETS.app, content: base64(OCTETS.appContent) } },
      { purpose, signature: { format: 'pdf', value: OCTETS.pdf } },
      { purpose, signature: { format: 'xml', value: OCTETS.xml } },
      ...Object.entries(planted.NOT_YET).map(([field, word]) => ({ ...signed, [field]: { word } })),
      // of a shape that is not the documented one
      ...Object.values(planted.NOT_YET).map((word) => ({ ...signed, face: word, reference: [word] })),
      ...Object.values(OCTETS).map((word) => ({ purpose, signature: { ...raw, value: word, certificate: word } })),
      ...Object.values(OCTETS).map((word) => ({ purpose: word, signature: word, challengeId: word })),
      { ...signed, reference: `${REFERENCE}\n` },
      { ...signed, purpose: 7, revocation: { method: TEXT }, store: { subject: NAME } },
      JSON.stringify(signed).slice(0, -1),
    ];
    for (const body of bodies) await post(body);
    await post(signed, { 'Idempotency-Key': KEY });
    await post(signed, { 'Idempotency-Key': `${KEY} ${KEY}` });
    await post(signed, { 'Content-Type': 'text/plain' });
    await call('/jpki/challenges', { body: { kind: TEXT, purpose: 'test', text: `${TEXT}\u0000` } });
    await call(`/jpki/verifications/${encodeURIComponent(REFERENCE)}`);
    await call(`/jpki/verifications?limit=0&reference=${encodeURIComponent(REFERENCE)}&cursor=${OCTETS.app}`);
    await call(`/${encodeURIComponent(NAME)}`);
    expect([...statuses].sort()).toEqual([200, 201, 400, 404, 409, 415, 422]);
  });

  it('what breaks within', async () => {
    const signed = await service.sign(resident, { content: base64(OCTETS.rawContent), reference: REFERENCE });
    const rename = async (from: string, to: string) => {
      const { rows } = await superuser.query(`select oid::regprocedure as name from pg_proc where proname = $1`, [
        from,
      ]);
      for (const { name } of rows) await superuser.query(`alter function ${name} rename to ${to}`);
    };
    await rename('record_verifications', 'gone');
    const { status } = await post(signed, { 'Idempotency-Key': `${KEY}-2` });
    await rename('gone', 'record_verifications');
    expect(status).toBe(500);
    expect(service.lines.map(({ event }) => event)).toContain('http.request-failed');
  });

  it('leaves its traces in these places', async () => {
    places['tables of the service'] = await dumpDatabase(superuser);
    places.problems = Buffer.from(problems.join('\n'));
    places.metrics = Buffer.from((await service.ask('/metrics')).text);
    const sent = (path: string) => collector.exports.filter((one) => one.path === path);
    const isTold = ({ event, facts }: (typeof service.lines)[number]) =>
      event === 'http.request' && facts.route !== '/metrics';
    const requests = service.lines.filter(isTold).length;
    while (collector.spans().filter(({ kind }) => kind === 2).length < requests) await pause(20);
    const metricsBefore = sent('/v1/metrics').length;
    while (sent('/v1/metrics').length === metricsBefore) await pause(20);
    places.traces = Buffer.concat(sent('/v1/traces').map(({ body }) => body));
    places['metrics sent'] = Buffer.concat(sent('/v1/metrics').map(({ body }) => body));
    places['headers to the collector'] = Buffer.from(JSON.stringify(collector.exports.map(({ headers }) => headers)));
    for (const name of ['POST /jpki/verify', 'verification.record', 'internal-error', 'POST /jpki/challenges']) {
      expect([name, places.traces.includes(name)]).toEqual([name, true]);
    }
    expect(places['metrics sent'].includes('jpki_verifications_total')).toBe(true);
    const log: string[] = [];
    const printed = createLog('debug', { write: (line) => log.push(line) });
    for (const { event, facts } of service.lines) printed.info(event as Parameters<typeof printed.info>[0], facts);
    places['log of the service'] = Buffer.from(log.join(''));
    const { text } = await service.ask('/jpki/verifications?limit=1');
    expect(places['tables of the service'].includes(/ver_\w+/.exec(text)?.[0] ?? 'none')).toBe(true);
  });
});

it('attributes that no certificate has today', async () => {
  const world = await createWorld();
  const attributes = {
    ...{ name: NAME, nameSubstituted: '000000', dateOfBirth: BIRTH, gender: planted.GENDER_RAW },
    ...{ address: ADDRESS, addressSubstituted: '0'.repeat([...ADDRESS].length) },
  };
  const arc = '1.2.392.200149.8.5.5';
  const names = [
    ...attributeOtherNames(attributes).map(([typeId, value]) => [typeId, utf8(value)] as const),
    [`${arc}.98`, utf8(planted.ADDITIONAL_TEXT)] as const,
    [`${arc}.99`, ia5(planted.ADDITIONAL_VALUE)] as const,
  ].map(([typeId, value]) => tagged(0, oid(typeId), tagged(0, value)));
  const alternative = extension(OID.subjectAltName, false, sequence(...names));
  const certificate = issued(replaced(ordinary(SIGN_2, { key: key('resident-00') }), OID.subjectAltName, alternative));
  keepCertificate('made', certificate);
  try {
    const bank = await world.createCaller('bank');
    const request = signedRequest(Buffer.from(OCTETS.rawContent), {}, 'leaf-digital-signature.crt', certificate);
    const answer = await verifyIn(world, bank, request, KEY);
    expect(answer.attributes).toMatchObject({ gender: 'other', additional: [{}, {}] });
    await world.verifications.verify(bank, { ...request, purpose: 'other' }, options(request, KEY));
    traffic.push(JSON.stringify(request), JSON.stringify(answer));
    places['tables of the features'] = await dumpDatabase(world.superuser);
    places['log of the features'] = Buffer.from(world.logged.join(''));
    expect(places['tables of the features'].includes(answer.verificationId)).toBe(true);
  } finally {
    await world.close();
  }
});

describe('of all that went through', () => {
  it('every sentinel was sent or answered', () => {
    const carried = findSentinels(PERSONAL, { traffic: Buffer.from(traffic.join('\n')) });
    expect(carried.map((one) => one.split(' ')[0])).toEqual(Object.keys(PERSONAL));
  });

  it('nothing personal is left in any table, log line, metric, trace or problem', () => {
    expect(Object.keys(places)).toHaveLength(9);
    expect(Object.keys(certificates)).toHaveLength(2);
    expect(findSentinels({ ...PERSONAL, ...certificates }, places)).toEqual([]);
  });
});

describe('the search', () => {
  it('finds what is planted, in whichever form it was written down', async () => {
    const sentinels: Sentinels = { name: [Buffer.from(NAME)] };
    for (const form of formsOf(Buffer.from(NAME))) {
      expect(findSentinels(sentinels, { place: Buffer.concat([Buffer.from('xx'), form]) })).toEqual(['name in place']);
    }
    const longer = Buffer.from(`12${NAME}45`);
    for (const form of ['hex', 'base64', 'base64url', 'utf16le'] as const) {
      const text = form === 'utf16le' ? Buffer.from(longer.toString(), form) : Buffer.from(longer.toString(form));
      expect(findSentinels(sentinels, { place: text })).toEqual(['name in place']);
    }
  });

  it.each(['text', 'bytea', 'jsonb', 'text[]', 'bytea[]'])('sees a column of type %s in any schema', async (type) => {
    await superuser.query('create schema if not exists aside');
    await superuser.query('drop table if exists aside.planted');
    await superuser.query(`create table aside.planted (value ${type})`);
    const value = type === 'jsonb' ? JSON.stringify({ a: NAME }) : type.startsWith('bytea') ? Buffer.from(NAME) : NAME;
    await superuser.query(`insert into aside.planted values ($1)`, [type.endsWith('[]') ? [value] : value]);
    const dump = await dumpDatabase(superuser);
    await superuser.query('drop table aside.planted');
    expect(findSentinels({ name: [Buffer.from(NAME)] }, { dump })).toEqual(['name in dump']);
  });

  it('sees a field that is newly marked', () => {
    const schema = { properties: { a: { type: 'string', 'x-personal': true }, b: { 'x-personal': false } } };
    expect(personalFields({ New: schema })).toEqual(['/New/properties/a']);
  });
});
