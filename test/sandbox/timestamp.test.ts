import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { DecodeError } from '../../src/core/der/decode-error.ts';
import { unsignedIntegerOctets } from '../../src/core/der/writer.ts';
import { proveTsa } from '../../src/core/timestamp/prove-tsa.ts';
import { encodeTimeStampRequest } from '../../src/core/timestamp/time-stamp-request.ts';
import { decodeTimeStampResponse } from '../../src/core/timestamp/time-stamp-response.ts';
import { verifyTimeStampToken } from '../../src/core/timestamp/verify-token.ts';
import { nodeCrypto } from '../../src/platform/crypto.ts';
import { decodeTrustAnchors } from '../../src/platform/trust-anchors.ts';
import { SANDBOX_TSA_POLICY } from '../../src/sandbox/policies.ts';
import { type Folder, hasOpenssl, NOW, openSandbox, openssl, type TestSandbox, temporaryFolder } from './world.ts';

let sandbox: TestSandbox;
let folder: Folder;
beforeAll(async () => {
  folder = temporaryFolder();
  sandbox = await openSandbox();
});
afterEach(async () => {
  await sandbox.send('DELETE', '/faults');
  sandbox.clock.at = NOW;
});
afterAll(async () => {
  await sandbox.stop();
  folder.remove();
});

const message = Buffer.from('what is stamped');
const imprint = {
  hashAlgorithm: 'SHA-256',
  hashedMessage: new Uint8Array(createHash('sha256').update(message).digest()),
} as const;
const nonce = unsignedIntegerOctets(Buffer.from('a1b2c3d4e5f6', 'hex'));

async function post(body: Uint8Array): Promise<Uint8Array> {
  const headers = { 'content-type': 'application/timestamp-query' };
  const response = await fetch(`${sandbox.url}/timestamp`, { method: 'POST', headers, body: Buffer.from(body) });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/timestamp-reply');
  return new Uint8Array(await response.arrayBuffer());
}

const request = (policy?: string) => encodeTimeStampRequest({ messageImprint: imprint, nonce, policy });
const anchorsPem = async () => (await fetch(`${sandbox.url}/timestamp/trust-anchors`)).text();

/** What our own verifier says of the answer. */
async function told(policy?: string): Promise<string> {
  const response = decodeTimeStampResponse(await post(request(policy)));
  if (!response.granted) return [response.statusInfo.status, ...response.statusInfo.failures].join(' ');
  const outcome = verifyTimeStampToken({ token: response.token, imprint, nonce, policy, crypto: nodeCrypto });
  if (!outcome.ok) return outcome.fault;
  const proof = proveTsa(outcome.value, decodeTrustAnchors(Buffer.from(await anchorsPem())), nodeCrypto);
  return proof.proven ? `${outcome.value.tstInfo.genTime - NOW}` : proof.reason;
}

describe('the TSA of the sandbox', () => {
  it('stamps, by a key that its root vouches for', async () => {
    expect(await told()).toBe('0');
    expect(await told(SANDBOX_TSA_POLICY)).toBe('0');
    expect(await told('1.2.3')).toBe('rejection unacceptedPolicy');
  });

  it.each([250, 20, 1, 999])('tells the time to the millisecond: %i', async (milliseconds) => {
    sandbox.clock.at = NOW + milliseconds;
    expect(await told()).toBe(`${milliseconds}`);
  });

  it('answers the same with the same octets', async () => {
    expect(await post(request())).toEqual(await post(request()));
  });

  it('refuses what is no request, and digests that are weak or of another length', async () => {
    const statusOf = async (body: Uint8Array) => {
      const response = decodeTimeStampResponse(await post(body));
      return response.granted ? 'granted' : response.statusInfo.failures.join(' ');
    };
    expect(await statusOf(Buffer.from('nothing'))).toBe('badDataFormat');
    const sha1 = { hashAlgorithm: 'SHA-1', hashedMessage: new Uint8Array(20) } as const;
    expect(await statusOf(encodeTimeStampRequest({ messageImprint: sha1, nonce }))).toBe('badAlg');
    const short = { hashAlgorithm: 'SHA-256', hashedMessage: new Uint8Array(31) } as const;
    expect(await statusOf(encodeTimeStampRequest({ messageImprint: short, nonce }))).toBe('badAlg');
  });

  it.each([
    ['rejection', 'rejection systemFailure'],
    ['wrong-imprint', 'other-imprint'],
    ['replayed-nonce', 'other-nonce'],
    ['no-nonce', 'other-nonce'],
    ['wrong-signer', 'signature'],
    ['bad-signature', 'signature'],
    ['delegate-without-usage', 'signer-usage'],
    ['delegate-expired', 'not-valid-at-the-time'],
    ['stale', '-172800000'],
    ['future', '172800000'],
  ])('misbehaves on demand: %s', async (fault, expected) => {
    await sandbox.setFaults({ target: 'timestamp', fault, times: 1 });
    expect(await told()).toBe(expected);
    expect(await told()).toBe('0');
  });

  it.each(['truncated', 'malformed'])('misbehaves on demand: %s', async (fault) => {
    await sandbox.setFaults({ target: 'timestamp', fault });
    await expect(told()).rejects.toThrow(DecodeError);
  });

  it('has no faults of others', async () => {
    const answer = await sandbox.send('PUT', '/faults', { faults: [{ target: 'timestamp', fault: 'wrong-cert-id' }] });
    expect(answer.status).toBe(400);
    const other = await sandbox.send('PUT', '/faults', { faults: [{ target: 'ocsp', fault: 'wrong-imprint' }] });
    expect(other.status).toBe(400);
  });

  const withOpenssl = hasOpenssl ? it : it.skip;
  withOpenssl('openssl ts takes it', async () => {
    const files = {
      data: folder.write('data', message),
      query: folder.write('query.tsq', request()),
      reply: folder.write('reply.tsr', await post(request())),
      root: folder.write('root.pem', await anchorsPem()),
    };
    const verified = (name: 'data' | 'query', path: string) =>
      openssl(
        'ts',
        '-verify',
        `-${name === 'data' ? 'data' : 'queryfile'}`,
        path,
        '-in',
        files.reply,
        '-CAfile',
        files.root,
      );
    expect(await verified('data', files.data)).toContain('Verification: OK');
    expect(await verified('query', files.query)).toContain('Verification: OK');
    expect(await verified('data', files.root)).toContain('FAILED');
  });
});
