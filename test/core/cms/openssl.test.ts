import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ascii } from './building.ts';
import { departures, judge, outcomeOf } from './outcomes.ts';

const content = ascii('made by another program\n');

function opensslVersion(): string | undefined {
  try {
    return execFileSync('openssl', ['version'], { encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return undefined;
  }
}

const version = opensslVersion();
if (version === undefined || !/^OpenSSL [3-9]/.test(version)) {
  describe('CMS by the openssl command', () => it.skip('skipped: no openssl 3 on this machine', () => {}));
} else {
  describe(`CMS by ${version}`, () => {
    const directory = mkdtempSync(join(tmpdir(), 'cms-openssl-'));
    const at = (name: string): string => join(directory, name);
    const openssl = (...args: string[]): void => {
      execFileSync('openssl', args, { stdio: 'pipe', cwd: directory });
    };
    const sign = (name: string, ...args: string[]): Uint8Array => {
      const { key, out } = { key: at(`${name}.key`), out: at('out.der') };
      const signer = ['-signer', at(`${name}.crt`), '-inkey', key];
      openssl('cms', '-sign', '-binary', '-in', at('content'), '-outform', 'DER', '-out', out, ...signer, ...args);
      return Uint8Array.from(readFileSync(out));
    };
    const KEYS = {
      rsa: ['rsa:2048'],
      p256: ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
      p384: ['ec', '-pkeyopt', 'ec_paramgen_curve:P-384'],
    } as const;

    beforeAll(() => {
      writeFileSync(at('content'), content);
      for (const [name, algorithm] of Object.entries(KEYS)) {
        const subject = ['-subj', `/O=Example/CN=${name}`, '-addext', 'subjectKeyIdentifier=hash', '-days', '3650'];
        const files = ['-keyout', at(`${name}.key`), '-out', at(`${name}.crt`)];
        openssl('req', '-x509', '-newkey', ...algorithm, '-nodes', ...files, ...subject);
      }
    });
    afterAll(() => rmSync(directory, { recursive: true }));

    function expectSound(der: Uint8Array, detached?: Uint8Array): void {
      const judged = judge(der, detached);
      expect(judged.map(({ checks }) => departures(checks))).toEqual(judged.map(() => []));
      expect(judged.length).toBeGreaterThan(0);
      expect(judged.every(({ sound }) => sound)).toBe(true);
    }

    it.each([
      ['as existing signers do: rsaEncryption, three attributes', 'rsa', ['-nosmimecap']],
      ['with the S/MIME capabilities', 'rsa', []],
      ['SHA-384', 'rsa', ['-md', 'sha384']],
      ['SHA-512', 'rsa', ['-md', 'sha512']],
      ['sid by key identifier', 'rsa', ['-keyid']],
      ['signingCertificateV2', 'rsa', ['-cades']],
      ['RSASSA-PSS', 'rsa', ['-keyopt', 'rsa_padding_mode:pss', '-keyopt', 'rsa_pss_saltlen:digest']],
      ['RSASSA-PSS, the longest salt', 'rsa', ['-keyopt', 'rsa_padding_mode:pss']],
      ['ECDSA P-256 with SHA-256', 'p256', []],
      ['ECDSA P-384 with SHA-384', 'p384', ['-md', 'sha384']],
      ['ECDSA P-384 with SHA-256', 'p384', ['-md', 'sha256']],
    ] as const)('%s', (_, name, options) => {
      expectSound(sign(name, '-nodetach', ...options));
      const detached = sign(name, ...options);
      expectSound(detached, content);
      expect(judge(detached, content.subarray(1))[0]?.sound).toBe(false);
    });

    it('-cades does write signingCertificateV2', () => {
      const [judged] = judge(sign('rsa', '-nodetach', '-cades'));
      expect(outcomeOf(judged?.checks ?? [], 'cms.signing-certificate')).toBe('passed');
    });

    it('two signers', () => {
      const second = ['-signer', at('p256.crt'), '-inkey', at('p256.key')];
      const der = sign('rsa', '-nodetach', ...second);
      expect(judge(der).length).toBe(2);
      expectSound(der);
    });

    it('no signed attributes', () => {
      const [judged] = judge(sign('rsa', '-nodetach', '-noattr'));
      expect(departures(judged?.checks ?? [])).toEqual(['cms.signed-attributes FORMAT_FAILURE']);
    });

    it('SHA-1', () => {
      const der = sign('rsa', '-nodetach', '-md', 'sha1');
      expect(departures(judge(der)[0]?.checks ?? [])).toEqual(['cms.algorithms CRYPTO_CONSTRAINTS_FAILURE']);
      expect(judge(der, undefined, true)[0]?.sound).toBe(true);
    });

    it('streamed, so in BER with indefinite lengths', () => {
      expect(() => judge(sign('rsa', '-nodetach', '-stream'))).toThrow('indefinite-length');
    });

    it('without certificates there is no signer to be found', () => {
      const [judged] = judge(sign('rsa', '-nodetach', '-nocerts'));
      expect(judged?.checks).toEqual([]);
    });
  });
}
