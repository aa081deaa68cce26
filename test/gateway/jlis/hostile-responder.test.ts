import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from '@jest/globals';
import {
  encodeElement,
  encodeObjectIdentifier,
  encodeOctetString,
  encodeSequence,
} from '../../../src/core/der/writer.ts';
import { noCrlSource } from '../../../src/gateway/jlis/directory-crl-source.ts';
import { createRevocationGateway, type GatheredRevocation } from '../../../src/gateway/jlis/gather-revocation.ts';
import { createHttpOcspSource } from '../../../src/gateway/jlis/http-ocsp-source.ts';
import { nodeCrypto } from '../../../src/platform/crypto.ts';
import { createHttpClient, type HttpClient } from '../../../src/platform/http-client/http-client.ts';
import * as compose from '../../core/revocation/compose.ts';
import { DAY, HOUR, NOW } from '../../core/revocation/compose.ts';
import {
  type Answer,
  FAULTS,
  PATIENCE_MS,
  patienceFor,
  serversOfEachTest,
} from '../../platform/http-client/hostile-server.ts';
import { ca, holder, leaf, pathTo, SERIAL } from './world.ts';

/** The whole way, from the gateway over real HTTP to responders that lie. */

const httpClient = createHttpClient();
const HONEST = { timeoutMs: PATIENCE_MS, httpClient };
const { serve } = serversOfEachTest();
afterAll(() => httpClient.close());

const responder = compose.createParty('Sandbox OCSP');
const otherCa = compose.createParty('Sandbox CA');
const certId = compose.composeCertId({ issuer: ca, serial: SERIAL });
type SingleOptions = Partial<Parameters<typeof compose.composeSingleResponse>[0]>;
const single = (options: SingleOptions = {}): Uint8Array =>
  compose.composeSingleResponse({ certId, nextUpdate: NOW + HOUR, ...options });
type ResponseOptions = Partial<Parameters<typeof compose.composeOcspResponse>[0]>;
const respond = (options: ResponseOptions = {}): Uint8Array =>
  compose.composeOcspResponse({ signer: ca, responses: [single()], ...options });

function ask(
  url: string,
  certificate = leaf(),
  { timeoutMs, httpClient }: { timeoutMs: number; httpClient: HttpClient } = HONEST,
): Promise<GatheredRevocation> {
  const gateway = createRevocationGateway({
    ocsp: createHttpOcspSource({
      urls: { 'digital-signature': url, 'user-authentication': undefined },
      timeoutMs,
      maxBytes: 65_536,
      httpClient,
    }),
    crls: noCrlSource,
    crypto: nodeCrypto,
    certIdHash: 'SHA-1',
    nonce: 'send',
    randomBytes: (length) => new Uint8Array(length).fill(7),
  });
  return gateway.gatherRevocation({
    method: 'ocsp-then-crl',
    path: pathTo(certificate),
    kind: 'digital-signature',
    at: NOW,
    ocspMaxAgeSeconds: 3600,
    crlMaxAgeSeconds: 129_600,
    clockSkewSeconds: 0,
  });
}

const answerWith =
  (body: Uint8Array): Answer =>
  (_, response) =>
    response.writeHead(200, { 'content-type': 'application/ocsp-response' }).end(body);

it('an honest responder is believed', async () => {
  const server = await serve(answerWith(respond()));
  expect(await ask(server.url)).toMatchObject({ status: 'good' });
});

describe('a responder that fails gives no status, and is not waited for without end', () => {
  it.each(Object.entries(FAULTS))('%s', async (_, { answer, failure }) => {
    const server = await serve(answer);
    const timeoutMs = patienceFor({ failure });
    const { status, evidence, attempts } = await ask(server.url, leaf(), { timeoutMs, httpClient });
    expect([status, evidence]).toEqual(['undetermined', null]);
    expect(attempts.map(({ refusal }) => refusal?.refused)).toEqual([failure, 'not-configured']);
  });
});

describe('a responder that lies is never believed', () => {
  const delegate = (...extensions: readonly Uint8Array[]): Uint8Array =>
    compose.composeCertificate({ subject: responder, issuer: ca, serial: 99, extensions });
  const lies: readonly [string, Uint8Array, string][] = [
    ['octets that are no DER', Buffer.from('<html>'), 'malformed'],
    ['nothing', new Uint8Array(), 'malformed'],
    ['a truncated response', respond().subarray(0, 80), 'malformed'],
    ['tryLater', compose.composeFailure(3), 'responder-error'],
    [
      'another certificate',
      respond({ responses: [single({ certId: compose.composeCertId({ issuer: ca, serial: 7 }) })] }),
      'wrong-certificate',
    ],
    [
      'another CA key',
      respond({ responses: [single({ certId: compose.composeCertId({ issuer: otherCa, serial: SERIAL }) })] }),
      'wrong-issuer',
    ],
    ['a signature by another generation', respond({ signer: otherCa }), 'wrong-signature'],
    [
      'a signature by the holder itself',
      respond({ signer: holder, certificates: [leaf().der] }),
      'responder-not-authorised',
    ],
    [
      'a delegate of no right',
      respond({ signer: responder, certificates: [delegate(compose.ocspNoCheck)] }),
      'responder-not-authorised',
    ],
    [
      'a delegate whose status nobody knows',
      respond({ signer: responder, certificates: [delegate(compose.extKeyUsage(compose.OCSP_SIGNING))] }),
      'responder-revocation-unknown',
    ],
    [
      'yesterday’s answer',
      respond({ responses: [single({ thisUpdate: NOW - DAY, nextUpdate: NOW - HOUR })], producedAt: NOW - DAY }),
      'stale',
    ],
    [
      'tomorrow’s answer',
      respond({ responses: [single({ thisUpdate: NOW + DAY, nextUpdate: NOW + 2 * DAY })], producedAt: NOW + DAY }),
      'not-yet-valid',
    ],
    [
      'an answer with another’s nonce',
      respond({ extensions: [compose.extension('1.3.6.1.5.5.7.48.1.2', encodeOctetString(new Uint8Array(32)))] }),
      'nonce-mismatch',
    ],
    [
      'an unknown critical extension',
      respond({ extensions: [compose.extension('1.2.3.4', Uint8Array.of(5, 0), true)] }),
      'unknown-critical-extension',
    ],
  ];
  it.each(lies)('%s', async (_, body, code) => {
    const server = await serve(answerWith(body));
    const { status, attempts } = await ask(server.url);
    expect([status, attempts[0]?.refusal?.refused]).toEqual(['undetermined', code]);
  });

  it('unknown is unknown', async () => {
    const server = await serve(answerWith(respond({ responses: [single({ certStatus: compose.UNKNOWN })] })));
    expect(await ask(server.url)).toMatchObject({ status: 'unknown' });
  });
});

it('an URL inside the certificate is never contacted', async () => {
  const canary = await serve(answerWith(respond()));
  const url = compose.uri(canary.url);
  const access = encodeSequence(
    encodeSequence(encodeObjectIdentifier('1.3.6.1.5.5.7.48.1'), url),
    encodeSequence(encodeObjectIdentifier('1.3.6.1.5.5.7.48.2'), url),
  );
  const point = encodeElement(0xa0, encodeElement(0xa0, url));
  const certificate = leaf(
    compose.extension('1.3.6.1.5.5.7.1.1', access),
    compose.extension('2.5.29.46', encodeSequence(encodeSequence(point))),
  );
  expect(certificate.extensions.authorityInfoAccess).toHaveLength(2);
  const silent = await serve((_, response) => response.writeHead(500).end());
  expect(await ask(silent.url, certificate)).toMatchObject({ status: 'undetermined' });
  expect(silent.requests).toHaveLength(1);
  expect(canary.connections).toBe(0);
});

it('a hundred questions to a responder that stalls wait side by side', async () => {
  const server = await serve(() => undefined);
  const impatient = createHttpClient({ maxSockets: 100 });
  const settings = { timeoutMs: PATIENCE_MS, httpClient: impatient };
  const answers = Promise.all(Array.from({ length: 100 }, () => ask(server.url, leaf(), settings)));
  while (server.requests.length < 100) await sleep(5); // none waits for another's end
  impatient.giveUp();
  expect((await answers).every(({ status }) => status === 'undetermined')).toBe(true);
  impatient.close();
});
