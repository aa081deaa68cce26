import { afterAll, describe, expect, it } from '@jest/globals';
import { TimeStampReq } from 'pkijs';
import { encodeIntegerOctets, encodeSequence } from '../../../src/core/der/writer.ts';
import { encodeMessageImprint, type KnownImprint } from '../../../src/core/timestamp/message-imprint.ts';
import { decodeCertificate } from '../../../src/core/x509/decode-certificate.ts';
import { createHttpTimestampAuthority } from '../../../src/gateway/timestamp/http-timestamp-authority.ts';
import { watchTimestampAuthority } from '../../../src/gateway/timestamp/watched-timestamp-authority.ts';
import { nodeCrypto } from '../../../src/platform/crypto.ts';
import { createHttpClient } from '../../../src/platform/http-client/http-client.ts';
import { silentLog } from '../../../src/platform/log.ts';
import { takeRandom } from '../../../src/platform/random.ts';
import { startSandbox } from '../../../src/sandbox/sandbox.ts';
import * as cms from '../../core/cms/building.ts';
import * as compose from '../../core/revocation/compose.ts';
import * as tst from '../../core/timestamp/composing.ts';
import {
  faultsIn,
  type LoopbackServer,
  PATIENCE_MS,
  patienceFor,
  serversOfEachTest,
  startHttpServer,
} from '../../platform/http-client/hostile-server.ts';
import { describeTimestampAuthority } from './authority-contract.ts';

const TYPE = 'application/timestamp-reply';
const NOW = tst.AT;
const httpClient = createHttpClient();
const { serve } = serversOfEachTest();
afterAll(() => httpClient.close());

type Options = Parameters<typeof createHttpTimestampAuthority>[0];
const open = (options: Partial<Options> & Pick<Options, 'url'>) =>
  createHttpTimestampAuthority({
    ...{ policy: undefined, timeoutMs: PATIENCE_MS, clockSkewSeconds: 60, httpClient, crypto: nodeCrypto },
    trusted: [decodeCertificate(tst.rootCertificate)],
    clock: { now: () => NOW },
    randomBytes: takeRandom,
    ...options,
  });

const hexOf = (octets: ArrayLike<number>) => Buffer.from(Array.from(octets)).toString('hex');
const digest = tst.imprint.hashedMessage;

interface Asked {
  readonly imprint: KnownImprint;
  readonly nonce: Uint8Array;
}

function asked(body: Buffer): Asked {
  const request = TimeStampReq.fromBER(body);
  return {
    imprint: {
      hashAlgorithm: 'SHA-256',
      hashedMessage: new Uint8Array(request.messageImprint.hashedMessage.valueBlock.valueHexView),
    },
    nonce: new Uint8Array(request.nonce?.valueBlock.valueHexView ?? []),
  };
}

/** What an honest TSA says, but for `parts`. */
const tstInfoFor = ({ imprint, nonce }: Asked, parts: tst.TstInfoParts = {}) =>
  tst.buildTstInfo({ messageImprint: encodeMessageImprint(imprint), rest: [encodeIntegerOctets(nonce)], ...parts });
const honest = (question: Asked): Uint8Array => tst.granted(tst.buildToken({ tstInfo: tstInfoFor(question) }));

const serveBody = (reply: (question: Asked) => Uint8Array): Promise<LoopbackServer> =>
  serve((_, response, body) => response.writeHead(200, { 'content-type': TYPE }).end(reply(asked(body))));

async function toldBy(reply: (question: Asked) => Uint8Array, options: Partial<Options> = {}): Promise<string> {
  const { url } = await serveBody(reply);
  const fetched = await open({ url, ...options }).fetchTimestamp(digest);
  return fetched.ok ? 'ok' : `${fetched.code}: ${fetched.detail}`;
}

describeTimestampAuthority('over HTTP', async () => {
  let isBroken = false;
  const server = await startHttpServer((_, response, body) => {
    if (isBroken) response.destroy();
    else response.writeHead(200, { 'content-type': TYPE }).end(honest(asked(body)));
  });
  return {
    ...{ authority: open({ url: server.url }), root: tst.rootCertificate, now: NOW },
    breakDown: () => {
      isBroken = true;
    },
    stop: () => server.stop(),
  };
});

describeTimestampAuthority('over HTTP, of the sandbox', async () => {
  const sandbox = await startSandbox({ host: '127.0.0.1', port: 0, clock: { now: () => NOW }, log: silentLog });
  const pem = await (await fetch(`${sandbox.url}/timestamp/trust-anchors`)).text();
  const root = Uint8Array.from(Buffer.from(pem.replaceAll(/-----[A-Z ]+-----|\s/g, ''), 'base64'));
  const urls = { good: `${sandbox.url}/timestamp`, gone: `${sandbox.url}/nothing` };
  let url = urls.good;
  return {
    authority: {
      fetchTimestamp: (octets) => open({ url, trusted: [decodeCertificate(root)] }).fetchTimestamp(octets),
    },
    ...{ root, now: NOW },
    breakDown: () => {
      url = urls.gone;
    },
    stop: () => sandbox.stop(),
  };
});

describe('createHttpTimestampAuthority', () => {
  it('asks the configured URL alone, with a nonce that is another each time', async () => {
    const nonces: string[] = [];
    const server = await serveBody((question) => {
      nonces.push(hexOf(question.nonce));
      expect(hexOf(question.imprint.hashedMessage)).toBe(hexOf(digest));
      return honest(question);
    });
    const authority = open({ url: `${server.url}tsa?key=1` });
    expect((await authority.fetchTimestamp(digest)).ok).toBe(true);
    expect((await authority.fetchTimestamp(digest)).ok).toBe(true);
    expect(new Set(nonces).size).toBe(2);
    expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(Array(2).fill('POST /tsa?key=1'));
  });

  it.each(Object.entries(faultsIn(TYPE)))('has no token from a server that %s', async (_, fault) => {
    const { url } = await serve(fault.answer);
    const fetched = await open({ url, timeoutMs: patienceFor(fault) }).fetchTimestamp(digest);
    expect(fetched).toMatchObject({ ok: false, code: fault.failure });
  });

  it('follows no redirect', async () => {
    const elsewhere = await serveBody(honest);
    const { url } = await serve((_, response) => response.writeHead(307, { location: elsewhere.url }).end());
    expect(await open({ url }).fetchTimestamp(digest)).toMatchObject({ ok: false, code: 'redirect' });
    expect(elsewhere.connections).toBe(0);
  });

  it('reads no more than a token takes', async () => {
    expect(await toldBy(() => new Uint8Array(70_000))).toMatch(/^too-large/);
  });

  it.each([
    ['another digest', (q: Asked) => ({ ...q, imprint: tst.imprintOf(cms.ascii('other')) }), 'other-imprint'],
    ['another nonce', (q: Asked) => ({ ...q, nonce: Uint8Array.of(1) }), 'other-nonce'],
  ])('is told of %s', async (_, altered, fault) => {
    expect(await toldBy((question) => honest(altered(question)))).toBe(`invalid-token: ${fault}`);
  });

  it('is told nothing of a nonce', async () => {
    const reply = (question: Asked) => tst.granted(tst.buildToken({ tstInfo: tstInfoFor(question, { rest: [] }) }));
    expect(await toldBy(reply)).toBe('invalid-token: other-nonce');
  });

  it('is answered by another signer', async () => {
    const stranger = compose.createParty('TSA');
    const bySigner = (question: Asked) =>
      tst.granted(tst.buildToken({ tstInfo: tstInfoFor(question), signer: stranger }));
    expect(await toldBy(bySigner)).toBe('invalid-token: signature');
    const root = compose.createParty('TSA root');
    const certificate = tst.issueTsa({ subject: stranger, issuer: root });
    const byStranger = (question: Asked) =>
      tst.granted(tst.buildToken({ tstInfo: tstInfoFor(question), signer: stranger, certificate }));
    expect(await toldBy(byStranger)).toBe('tsa-not-trusted: path-invalid');
    expect(await toldBy(honest, { trusted: [] })).toBe('tsa-not-trusted: no-path');
  });

  it('is refused, with the reasons that are known', async () => {
    const reasons = encodeSequence(
      cms.integer(2),
      encodeSequence(Uint8Array.of(0x0c, 1, 0x61)),
      Uint8Array.of(3, 3, 0, 0, 1),
    );
    expect(await toldBy(() => encodeSequence(reasons))).toBe('rejected: rejection unacceptedPolicy');
    expect(await toldBy(() => encodeSequence(encodeSequence(cms.integer(3))))).toBe('rejected: waiting');
  });

  it.each([
    ['nothing', () => new Uint8Array(), 'malformed: truncated'],
    ['text', () => cms.ascii('<html>'), 'malformed: '],
    ['half of it', (question: Asked) => honest(question).subarray(0, 200), 'malformed: truncated'],
  ])('is answered with %s', async (_, reply, expected) => {
    expect(await toldBy(reply)).toContain(expected);
  });

  it.each([
    ['61 seconds and its accuracy ago', 1, -62, 'ok'],
    ['longer ago', 1, -63, 'wrong-time: in the past'],
    ['61 seconds and its accuracy from now', 1, 62, 'ok'],
    ['later', 1, 63, 'wrong-time: in the future'],
    ['an accuracy of two minutes counts as one', 120, -121, 'ok'],
    ['an accuracy of two minutes is none', 120, -122, 'wrong-time: in the past'],
  ])('holds the time against its own: %s', async (_, accurateTo, seconds, expected) => {
    const accuracy = encodeSequence(cms.integer(accurateTo));
    const genTime = compose.generalizedTime(NOW + seconds * 1_000);
    const reply = (question: Asked) =>
      tst.granted(
        tst.buildToken({
          tstInfo: tstInfoFor(question, { genTime, rest: [accuracy, encodeIntegerOctets(question.nonce)] }),
        }),
      );
    expect(await toldBy(reply)).toBe(expected);
  });

  it('asks for the policy that is configured, and takes no other', async () => {
    expect(await toldBy(honest, { policy: tst.POLICY })).toBe('ok');
    expect(await toldBy(honest, { policy: '1.2.3.4.2' })).toBe('invalid-token: other-policy');
  });
});

describe('watchTimestampAuthority', () => {
  it('writes a failure down by its code', async () => {
    const lines: unknown[] = [];
    const log = { ...silentLog, warn: (...line: unknown[]) => lines.push(line) };
    const { url } = await serve((_, response) => response.writeHead(503).end('personal'));
    const authority = watchTimestampAuthority(open({ url }), log);
    expect((await authority.fetchTimestamp(digest)).ok).toBe(false);
    expect(lines).toEqual([['timestamp.fetch-failed', { code: 'http-status', detail: 'status 503' }]]);
    const good = await serveBody(honest);
    expect((await watchTimestampAuthority(open({ url: good.url }), log).fetchTimestamp(digest)).ok).toBe(true);
    expect(lines).toHaveLength(1);
  });
});
