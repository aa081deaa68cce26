import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { proveTsa } from '../../../src/core/timestamp/prove-tsa.ts';
import { encodeTimeStampRequest } from '../../../src/core/timestamp/time-stamp-request.ts';
import { decodeTimeStampResponse, type TimeStampResponse } from '../../../src/core/timestamp/time-stamp-response.ts';
import { verifyTimeStampToken } from '../../../src/core/timestamp/verify-token.ts';
import { decodeCertificate } from '../../../src/core/x509/decode-certificate.ts';
import { nodeCrypto } from '../../../src/platform/crypto.ts';
import { imprint, imprintOf, message, NONCE, told } from './composing.ts';

function opensslVersion(): string | undefined {
  try {
    return execFileSync('openssl', ['version'], { encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return undefined;
  }
}

/** What the authority does when nothing else is said; `ts` has no other way to be told. */
const USUAL = {
  ...{ signer_digest: 'sha256', ess_cert_id_alg: 'sha256', ess_cert_id_chain: 'no', tsa_name: 'no', ordering: 'no' },
  ...{ clock_precision_digits: '0', digests: 'sha256, sha384, sha512', default_policy: '1.2.3.4.1' },
  other_policies: '1.2.3.4.2',
};
type Settings = Readonly<Record<string, string>>;

const version = opensslVersion();
if (version === undefined || !/^OpenSSL [3-9]/.test(version)) {
  describe('tokens by the openssl command', () => it.skip('skipped: no openssl 3 on this machine', () => {}));
} else {
  describe(`tokens by ${version}`, () => {
    const directory = mkdtempSync(join(tmpdir(), 'timestamp-openssl-'));
    const at = (name: string): string => join(directory, name);
    const openssl = (...args: readonly string[]): string =>
      execFileSync('openssl', [...args], { stdio: 'pipe', cwd: directory, encoding: 'utf8' });
    const read = (name: string): Uint8Array => Uint8Array.from(readFileSync(at(name)));
    const KEYS = { rsa: ['rsa:2048'], p256: ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'] } as const;

    beforeAll(() => {
      writeFileSync(at('message'), message);
      const x509 = (name: string, key: readonly string[], ...more: readonly string[]) => {
        const files = ['-keyout', at(`${name}.key`), '-out', at(`${name}.crt`)];
        openssl('req', '-x509', '-newkey', ...key, '-nodes', ...files, '-subj', `/O=Example/CN=${name}`, ...more);
      };
      const lasting = ['-days', '3650'];
      x509('ca', KEYS.rsa, ...lasting, '-addext', 'keyUsage=critical,keyCertSign');
      for (const [name, key] of Object.entries(KEYS)) {
        const usage = ['-addext', 'extendedKeyUsage=critical,timeStamping', '-addext', 'basicConstraints=CA:FALSE'];
        x509(name, key, ...lasting, '-CA', at('ca.crt'), '-CAkey', at('ca.key'), ...usage);
      }
      for (const name of ['ca', ...Object.keys(KEYS)])
        openssl('x509', '-in', at(`${name}.crt`), '-outform', 'DER', '-out', at(`${name}.der`));
    });
    afterAll(() => rmSync(directory, { recursive: true }));

    function reply(query: Uint8Array, name: keyof typeof KEYS, settings: Settings = {}): TimeStampResponse {
      writeFileSync(at('query.tsq'), query);
      writeFileSync(at('serial'), '01\n');
      const lines = Object.entries({ ...USUAL, ...settings }).map(([key, value]) => `${key} = ${value}`);
      const files = [`serial = ${at('serial')}`, 'crypto_device = builtin'];
      writeFileSync(at('tsa.cnf'), ['[tsa]', 'default_tsa = t', '[t]', ...files, ...lines, ''].join('\n'));
      const signer = ['-signer', at(`${name}.crt`), '-inkey', at(`${name}.key`), '-chain', at('ca.crt')];
      openssl(
        'ts',
        '-reply',
        '-config',
        at('tsa.cnf'),
        '-queryfile',
        at('query.tsq'),
        ...signer,
        '-out',
        at('out.tsr'),
      );
      return decodeTimeStampResponse(read('out.tsr'));
    }

    const ask = (policy?: string) => encodeTimeStampRequest({ messageImprint: imprint, nonce: NONCE, policy });

    function expectProven(response: TimeStampResponse, asked = imprint): void {
      if (!response.granted) throw new Error(response.statusInfo.status);
      const { token } = response;
      const outcome = verifyTimeStampToken({ token, imprint: asked, nonce: NONCE, crypto: nodeCrypto });
      expect(told(outcome)).toBe('verified');
      const proof = outcome.ok && proveTsa(outcome.value, [decodeCertificate(read('ca.der'))], nodeCrypto);
      expect(proof).toMatchObject({ proven: true });
    }

    it.each([
      ['as they are made unless told otherwise', {}],
      ['SHA-384', { signer_digest: 'sha384' }],
      ['SHA-512', { signer_digest: 'sha512' }],
      ['refers to the certificate by SHA-1 (RFC 2634)', { ess_cert_id_alg: 'sha1' }],
      ['refers to the certificate by SHA-512', { ess_cert_id_alg: 'sha512' }],
      ['refers to the whole chain', { ess_cert_id_chain: 'yes' }],
      ['with its name', { tsa_name: 'yes' }],
      ['with ordering and accuracy', { ordering: 'yes', accuracy: 'secs:1, millisecs:500, microsecs:100' }],
      ['with a fraction of a second', { clock_precision_digits: '6' }],
    ] as const)('%s', (_, settings) => {
      expectProven(reply(ask(), 'rsa', settings));
      expectProven(reply(ask(), 'p256', settings));
    });

    it.each(['SHA-384', 'SHA-512'] as const)('over %s', (hash) => {
      const messageImprint = imprintOf(message, hash);
      expectProven(reply(encodeTimeStampRequest({ messageImprint, nonce: NONCE }), 'rsa'), messageImprint);
    });

    it('under the policy that was asked for; another is refused with its reason', () => {
      const response = reply(ask('1.2.3.4.2'), 'rsa');
      expectProven(response);
      const outcome = response.granted && verifyTimeStampToken({ ...response, imprint, crypto: nodeCrypto });
      expect(outcome).toMatchObject({ ok: true, value: { tstInfo: { policy: '1.2.3.4.2' } } });
      expect(reply(ask('1.2.3.4.3'), 'rsa')).toEqual({
        granted: false,
        statusInfo: { status: 'rejection', failures: ['unacceptedPolicy'] },
      });
    });

    it('signed by SHA-1 are refused', () => {
      const response = reply(ask(), 'rsa', { signer_digest: 'sha1' });
      if (!response.granted) throw new Error(response.statusInfo.status);
      expect(told(verifyTimeStampToken({ ...response, imprint, crypto: nodeCrypto }))).toBe(
        'algorithm: cms.algorithms',
      );
    });

    it('our request is one', () => {
      writeFileSync(at('ours.tsq'), ask('1.2.3.4.2'));
      const text = openssl('ts', '-query', '-in', at('ours.tsq'), '-text');
      for (const line of [
        'Hash Algorithm: sha256',
        'Policy OID: 1.2.3.4.2',
        'Nonce: 0xA5010203',
        'Certificate required: yes',
      ])
        expect(text).toContain(line);
    });
  });
}
