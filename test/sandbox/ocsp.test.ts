import { createHash, verify, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type * as pkijs from 'pkijs';
import { readFixture } from '../fixtures.ts';
import {
  anchorsOf,
  type CertificateView,
  certificateOf,
  derOf,
  type Folder,
  hasOpenssl,
  NOW,
  ocspRequest,
  openSandbox,
  openssl,
  postOcsp,
  type ResidentView,
  readOcsp,
  type TestSandbox,
  temporaryFolder,
} from './world.ts';

let sandbox: TestSandbox;
let folder: Folder;
let view: CertificateView;
let root: X509Certificate;
let revoked: CertificateView;
let nonce: Uint8Array;

beforeAll(async () => {
  folder = temporaryFolder();
  sandbox = await openSandbox({ crlDirectory: folder.path });
  nonce = createHash('sha256').update('nonce').digest();
  const roots = (await anchorsOf(sandbox)).split(/(?=-----BEGIN)/).map((text) => new X509Certificate(text));
  view = (await sandbox.get<ResidentView>('/residents/mihon-taro')).certificates[0] as CertificateView;
  root = roots.find((each) => new X509Certificate(derOf(view)).verify(each.publicKey)) as X509Certificate;
  await sandbox.post('/residents/sample-john/life-events', { type: 'loss' });
  revoked = (await sandbox.get<ResidentView>('/residents/sample-john')).certificates[0] as CertificateView;
});
afterEach(async () => {
  await sandbox.send('DELETE', '/faults');
  await sandbox.send('PUT', '/responder', {});
  sandbox.clock.at = NOW;
});
afterAll(async () => {
  await sandbox.stop();
  folder.remove();
});

const requestFor = (certificate: CertificateView, hash = 'sha1') =>
  ocspRequest(certificateOf(derOf(certificate)), certificateOf(root.raw), nonce, hash);

const ask = async (certificate = view, hash = 'sha1') => {
  const response = await postOcsp(sandbox, certificate.kind, requestFor(certificate, hash));
  return readOcsp(new Uint8Array(await response.arrayBuffer()));
};

/** Under which key is the answer signed: the CA's own, that of a delegate it certified, or neither? */
function signerOf(basic: pkijs.BasicOCSPResponse | undefined): 'ca' | 'delegate' | 'stranger' {
  if (basic === undefined) return 'stranger';
  const tbs = new Uint8Array(basic.tbsResponseData.tbs);
  const signature = basic.signature.valueBlock.valueHexView;
  const valid = (key: X509Certificate) => verify('sha256', tbs, key.publicKey, signature);
  if (valid(root)) return 'ca';
  const [sent] = basic.certs ?? [];
  if (sent === undefined) return 'stranger';
  const delegate = new X509Certificate(new Uint8Array(sent.toSchema().toBER()));
  return valid(delegate) && delegate.verify(root.publicKey) ? 'delegate' : 'stranger';
}

const times = (basic: pkijs.BasicOCSPResponse | undefined) => {
  const single = basic?.tbsResponseData.responses[0];
  return [single?.thisUpdate.getTime(), single?.nextUpdate?.getTime(), basic?.tbsResponseData.producedAt.getTime()];
};

const usageOf = (basic: pkijs.BasicOCSPResponse | undefined) =>
  basic?.certs?.[0]?.extensions?.find(({ extnID }) => extnID === '2.5.29.37')?.extnValue.valueBlock.valueHexView;

describe('the OCSP responder', () => {
  it.each(['sha1', 'sha256'])(
    'answers good to a %s CertID, by its delegate, with the nonce and fifteen minutes',
    async (hash) => {
      const answer = await ask(view, hash);
      expect(answer).toMatchObject({ responseStatus: 0, certStatus: 0 });
      expect(signerOf(answer.basic)).toBe('delegate');
      expect(Buffer.from(answer.nonce ?? []).equals(nonce)).toBe(true);
      expect(times(answer.basic)).toEqual([NOW, NOW + 900_000, NOW]);
    },
  );

  it('has a media type and answers GET as POST', async () => {
    const response = await postOcsp(sandbox, view.kind, requestFor(view));
    expect(response.headers.get('content-type')).toBe('application/ocsp-response');
    const path = encodeURIComponent(Buffer.from(requestFor(view)).toString('base64'));
    const got = await fetch(`${sandbox.url}/ocsp/${view.kind}/${path}`);
    expect(readOcsp(new Uint8Array(await got.arrayBuffer()))).toMatchObject({ certStatus: 0 });
  });

  it('signs by the CA itself when set so, names itself when set so, leaves out nextUpdate', async () => {
    await sandbox.send('PUT', '/responder', { signer: 'ca', responderId: 'name', nextUpdate: false });
    const { basic } = await ask();
    expect(signerOf(basic)).toBe('ca');
    expect(basic?.certs).toBeUndefined();
    expect(times(basic)[1]).toBeUndefined();
    expect(basic?.tbsResponseData.responderID.constructor.name).toBe('RelativeDistinguishedNames');
  });

  it('says unknown of what was never issued, also of a number of another generation', async () => {
    const fixture = readFixture('leaf-digital-signature.crt');
    const request = ocspRequest(certificateOf(fixture), certificateOf(root.raw));
    const response = await postOcsp(sandbox, 'digital-signature', request);
    expect(readOcsp(new Uint8Array(await response.arrayBuffer()))).toMatchObject({ responseStatus: 0, certStatus: 2 });
  });

  it('does not speak for another CA: unauthorized', async () => {
    const response = await postOcsp(sandbox, 'user-authentication', requestFor(view));
    expect(readOcsp(new Uint8Array(await response.arrayBuffer()))).toMatchObject({
      responseStatus: 6,
      basic: undefined,
    });
    const attacker = certificateOf(readFixture('root-attacker.crt'));
    const foreign = await postOcsp(sandbox, view.kind, ocspRequest(certificateOf(derOf(view)), attacker));
    expect(readOcsp(new Uint8Array(await foreign.arrayBuffer())).responseStatus).toBe(6);
  });

  it.each([[new Uint8Array()], [Buffer.from('nonsense')], [Buffer.from('3000', 'hex')]])(
    'says malformedRequest to what is none',
    async (bytes) => {
      const response = await postOcsp(sandbox, 'digital-signature', bytes);
      expect(response.status).toBe(200);
      expect(readOcsp(new Uint8Array(await response.arrayBuffer())).responseStatus).toBe(1);
    },
  );

  it('is not there for a third kind', async () => {
    expect((await postOcsp(sandbox, 'third', requestFor(view))).status).toBe(404);
  });

  (hasOpenssl ? it : it.skip).each(['delegate', 'ca'])(
    'is accepted by OpenSSL when signed by the %s',
    async (signer) => {
      sandbox.clock.at = Date.now();
      await sandbox.send('PUT', '/responder', { signer });
      const anchors = folder.write('anchors.pem', await anchorsOf(sandbox));
      const issuer = folder.write('issuer.pem', root.toString());
      const said = async (certificate: CertificateView) => {
        const leaf = folder.write('leaf.pem', new X509Certificate(derOf(certificate)).toString());
        const url = ['-url', `${sandbox.url}/ocsp/${certificate.kind}`];
        const who = signer === 'ca' ? ['-VAfile', issuer] : [];
        return openssl('ocsp', '-issuer', issuer, '-cert', leaf, ...url, '-CAfile', anchors, ...who, '-nonce');
      };
      expect(await said(view)).toMatch(/: good[\s\S]*Response verify OK/);
      expect(await said(revoked)).toMatch(/: revoked[\s\S]*Reason: certificateHold[\s\S]*Response verify OK/);
    },
  );
});

describe('a fault in the answer', () => {
  const DAY = 86_400_000;
  const set = (fault: string, more: object = {}) => sandbox.setFaults({ target: 'ocsp', fault, ...more });

  it.each([
    ['stale', NOW - 2 * DAY],
    ['future', NOW + 2 * DAY],
  ])('%s moves the times and hides the revocation', async (fault, at) => {
    await set(fault);
    const answer = await ask(revoked);
    expect(answer.certStatus).toBe(0);
    expect(times(answer.basic)).toEqual([at, at + 900_000, at]);
    expect(signerOf(answer.basic)).toBe('delegate');
  });

  it('wrong-cert-id speaks of another number', async () => {
    await set('wrong-cert-id');
    const { basic } = await ask(revoked);
    const number = basic?.tbsResponseData.responses[0]?.certID.serialNumber.valueBlock.valueHexView;
    expect(Buffer.from(number ?? []).toString('hex')).toMatch(/^0[0-9a-f]{7}$/);
    expect(Buffer.from(number ?? []).toString('hex')).not.toBe(revoked.serialNumber);
    expect(signerOf(basic)).toBe('delegate');
  });

  it.each(['wrong-signer', 'bad-signature', 'delegate-of-other-generation'])(
    '%s says good, not signed by the CA nor its delegate',
    async (fault) => {
      await set(fault);
      const answer = await ask(revoked);
      expect(answer.certStatus).toBe(0);
      expect(signerOf(answer.basic)).toBe('stranger');
    },
  );

  it('bad-signature spoils the CA’s own signature too', async () => {
    await sandbox.send('PUT', '/responder', { signer: 'ca' });
    await set('bad-signature');
    expect(signerOf((await ask()).basic)).toBe('stranger');
  });

  it('delegate-without-usage has clientAuth, no OCSPSigning', async () => {
    const honest = Buffer.from(usageOf((await ask()).basic) ?? []).toString('hex');
    expect(honest).toBe('300a06082b06010505070309');
    await set('delegate-without-usage');
    const { basic, certStatus } = await ask(revoked);
    expect(certStatus).toBe(0);
    expect(Buffer.from(usageOf(basic) ?? []).toString('hex')).toBe('300a06082b06010505070302');
    expect(signerOf(basic)).toBe('delegate');
  });

  it('delegate-expired ended yesterday', async () => {
    await set('delegate-expired');
    expect((await ask()).basic?.certs?.[0]?.notAfter.value.getTime()).toBe(NOW - DAY);
  });

  it('replayed-nonce has another nonce, no-nonce none', async () => {
    await set('replayed-nonce');
    const replayed = (await ask(revoked)).nonce;
    expect(replayed).toHaveLength(32);
    expect(Buffer.from(replayed ?? []).equals(nonce)).toBe(false);
    await set('no-nonce');
    expect((await ask()).nonce).toBeUndefined();
  });

  it('unknown is signed', async () => {
    await set('unknown');
    const answer = await ask();
    expect(answer.certStatus).toBe(2);
    expect(signerOf(answer.basic)).toBe('delegate');
  });

  it.each([
    ['malformed-request', 1],
    ['internal-error', 2],
    ['try-later', 3],
    ['sig-required', 5],
    ['unauthorized', 6],
  ])('%s is responseStatus %i without a response', async (fault, responseStatus) => {
    await set(fault);
    expect(await ask()).toMatchObject({ responseStatus, basic: undefined });
  });

  it.each(['truncated', 'malformed'])('%s cannot be read', async (fault) => {
    await set(fault);
    await expect(ask()).rejects.toThrow();
  });

  it('goes for one kind alone, and away after so many answers', async () => {
    await set('try-later', { kind: 'user-authentication' });
    expect((await ask()).responseStatus).toBe(0);
    await set('try-later', { times: 2 });
    expect([(await ask()).responseStatus, (await ask()).responseStatus, (await ask()).responseStatus]).toEqual([
      3, 3, 0,
    ]);
    expect(await sandbox.get('/faults')).toEqual({ faults: [] });
  });

  it('is gone after DELETE', async () => {
    await set('try-later');
    expect(await (await sandbox.send('DELETE', '/faults')).json()).toEqual({ faults: [] });
    expect((await ask()).responseStatus).toBe(0);
  });
});

describe('a fault of delivery', () => {
  const set = (fault: string, more: object = {}) => sandbox.setFaults({ target: 'ocsp', fault, ...more });
  const post = () => postOcsp(sandbox, view.kind, requestFor(view));

  it('delay answers late, and truly', async () => {
    await set('delay', { delayMs: 300 });
    const before = performance.now();
    expect((await ask()).certStatus).toBe(0);
    expect(performance.now() - before).toBeGreaterThanOrEqual(290);
  });

  it('http-error has the status asked for', async () => {
    await set('http-error', { status: 502 });
    expect((await post()).status).toBe(502);
    await set('http-error');
    expect((await post()).status).toBe(503);
  });

  it('reset breaks the connection', async () => {
    await set('reset');
    await expect(post()).rejects.toThrow('fetch failed');
  });

  it('redirect leads elsewhere', async () => {
    await set('redirect');
    const response = await post();
    expect([response.status, response.headers.get('location')]).toEqual([302, '/redirected']);
  });

  it('wrong-content-type, empty', async () => {
    await set('wrong-content-type');
    expect((await post()).headers.get('content-type')).toBe('text/html; charset=utf-8');
    await set('empty');
    expect((await (await post()).arrayBuffer()).byteLength).toBe(0);
  });

  it('drip comes octet by octet', async () => {
    await set('drip', { intervalMs: 20 });
    const before = performance.now();
    const reader = ((await post()).body as ReadableStream<Uint8Array>).getReader();
    let octets = 0;
    while (octets < 10) octets += (await reader.read()).value?.length ?? 0;
    // However late they are read: so many cannot have come sooner.
    expect(performance.now() - before).toBeGreaterThan((octets - 1) * 18);
    await reader.cancel();
  });

  it('endless does not end', async () => {
    await set('endless');
    const reader = ((await post()).body as ReadableStream<Uint8Array>).getReader();
    let octets = 0;
    while (octets < 2_000_000) octets += (await reader.read()).value?.length ?? 0;
    await reader.cancel();
    expect(octets).toBeGreaterThan(1_999_999);
  });

  it('keeps nobody from stopping the sandbox', async () => {
    const other = await openSandbox();
    await other.setFaults({ target: 'ocsp', fault: 'delay', delayMs: 120_000, times: 1 });
    const pending = postOcsp(other, view.kind, requestFor(view)).catch(() => undefined);
    const idle = connect(Number(new URL(other.url).port), '127.0.0.1');
    idle.on('error', () => undefined);
    const isTaken = async () => (await other.get<{ faults: unknown[] }>('/faults')).faults.length === 0;
    while (!(await isTaken())) await sleep(10);
    await other.stop();
    await pending;
    idle.destroy();
  }, 100_000); // less than the delay
});

describe('a fault of CRLs', () => {
  const file = () => `${folder.path}/digital-signature-2-14104.crl`;
  const http = () => fetch(`${sandbox.url}/crls/digital-signature-2-14104.crl`);
  const set = (fault: string, more: object = {}) => sandbox.setFaults({ target: 'crl', fault, ...more });
  const text = () => openssl('crl', '-inform', 'DER', '-in', file(), '-text', '-noout');
  const verified = async () => {
    const issuer = folder.write('issuer.pem', root.toString());
    return (await openssl('crl', '-inform', 'DER', '-in', file(), '-CAfile', issuer, '-noout')).includes('verify OK');
  };

  (hasOpenssl ? it : it.skip).each([
    ['stale', /Next Update: May 30 03:00:00 2026/, true],
    ['future', /Last Update: Jun {2}4 03:00:00 2026/, true],
    ['wrong-signer', /No Revoked Certificates/, false],
    ['bad-signature', /Serial Number/, false],
    ['no-distribution-point', /No Revoked Certificates/, true],
    ['other-distribution-point', /Sapporo-shi-Chuo-ku CRLDP/, true],
    ['unknown-critical-extension', /2\.25\.211659380999008234985200911832347135583: critical/, true],
    ['truncated', /Unable to load CRL/, false],
    ['malformed', /Unable to load CRL/, false],
  ])('%s is in the published file and over HTTP alike', async (fault, shows, valid) => {
    await set(fault);
    expect(await text()).toMatch(shows);
    expect(await verified()).toBe(valid);
    expect(Buffer.from(await (await http()).arrayBuffer()).equals(readFileSync(file()))).toBe(true);
    await sandbox.send('DELETE', '/faults');
    expect(await verified()).toBe(true);
    expect(await text()).toContain(revoked.serialNumber.toUpperCase());
  });

  it('of delivery spoils HTTP alone', async () => {
    const before = readFileSync(file());
    await set('http-error');
    expect((await http()).status).toBe(503);
    expect(readFileSync(file())[0]).toBe(before[0]);
    await set('reset', { kind: 'user-authentication' });
    expect((await http()).status).toBe(200);
  });
});
