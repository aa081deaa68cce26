import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { equalBytes } from '../../../src/core/bytes.ts';
import { DecodeError } from '../../../src/core/der/decode-error.ts';
import { concludeFromOcsp } from '../../../src/core/revocation/conclude-from-ocsp.ts';
import { isRefusal } from '../../../src/core/revocation/evidence.ts';
import { type BasicOcspResponse, decodeOcspResponse } from '../../../src/core/revocation/ocsp-response.ts';
import type { Certificate } from '../../../src/core/x509/certificate.ts';
import { decodeCertificate } from '../../../src/core/x509/decode-certificate.ts';
import { issuerKeyOf } from '../../../src/core/x509/path/issuer-key.ts';
import type { IssuerKey } from '../../../src/core/x509/path/path.ts';
import { validatePath } from '../../../src/core/x509/path/validate-path.ts';
import { nodeCrypto } from '../../../src/platform/crypto.ts';

const directory = resolve(process.env.CORPORA_DIR ?? '../shared/corpora', 'ocsp');
const present = existsSync(resolve(directory, 'manifest.json'));

interface CorpusCase {
  readonly id: string;
  readonly group: string;
  readonly inputs: {
    readonly response: string;
    readonly trust_anchor: string;
    readonly issuer_cert: string;
    readonly extra_certs: readonly string[];
    readonly cert: string;
  };
  readonly settings: { readonly max_age_seconds?: number };
  readonly time: string;
  readonly expected: 'valid' | 'invalid';
}

/** Where the judgement is stricter than the publisher's, and why. It is never laxer. */
const STRICTER: Readonly<Record<string, string>> = {
  'openssl-ocsp-07': "the delegate's subjectAltName is an empty GeneralNames (RFC 5280 §4.2.1.6)",
  'openssl-ocsp-58': "the delegate's subjectAltName is an empty GeneralNames (RFC 5280 §4.2.1.6)",
  'boringssl-ocsp-good_response_invalid_serial': 'the serial number of the certificate is not DER',
  'boringssl-ocsp-has_critical_ct_extension':
    'signed certificate timestamps are not processed, and the extension is critical',
  'gnutls-ocsp-ca': "the CA's keyUsage is not DER",
  'gnutls-ocsp-delegated': "the CA's keyUsage is not DER",
};

const PATH = {
  anchorValidity: 'ignored',
  settings: {
    initialPolicySet: ['2.5.29.32.0'],
    initialExplicitPolicy: false,
    initialPolicyMappingInhibit: false,
    initialAnyPolicyInhibit: false,
    legacyAlgorithms: true,
  },
  crypto: nodeCrypto,
} as const;

/** DER, or every block of a PEM file. */
function readAll(name: string): readonly Uint8Array[] {
  const content = readFileSync(resolve(directory, name));
  const blocks = [...content.toString('latin1').matchAll(/-----BEGIN [A-Z0-9 ]+-----([\s\S]*?)-----END/g)];
  if (blocks.length === 0) return [new Uint8Array(content)];
  return blocks.map(([, base64 = '']) => new Uint8Array(Buffer.from(base64, 'base64')));
}

function readBytes(name: string): Uint8Array {
  return readAll(name)[0] as Uint8Array;
}

/** The corpus trusts an anchor; the issuer is that anchor, or some certificate of its key has a path to it. */
function findIssuer({ inputs, time }: CorpusCase): IssuerKey | undefined {
  const read = (name: string): Certificate => decodeCertificate(readBytes(name));
  const anchor = read(inputs.trust_anchor);
  const issuer = read(inputs.issuer_cert);
  if (equalBytes(anchor.der, issuer.der)) return issuerKeyOf(issuer);
  const spki = issuer.subjectPublicKeyInfo.der;
  const untrusted = inputs.extra_certs.flatMap(readAll).map(decodeCertificate);
  const trusted = [issuer, ...untrusted]
    .filter((target) => equalBytes(target.subjectPublicKeyInfo.der, spki))
    .some((target) => validatePath({ target, anchors: [anchor], untrusted, at: Date.parse(time), ...PATH }).path);
  return trusted ? issuerKeyOf(issuer) : undefined;
}

function decodeBasic(response: Uint8Array): BasicOcspResponse | undefined {
  try {
    const decoded = decodeOcspResponse(response);
    return decoded.responseStatus === 'successful' ? decoded.basic : undefined;
  } catch {
    return undefined;
  }
}

/** The status, or the code of the refusal; `not-der` where a certificate of the case is none, `untrusted` without path. */
function judge(one: CorpusCase, legacyAlgorithms: boolean): string {
  const response = readBytes(one.inputs.response);
  try {
    const basic = decodeBasic(response);
    const issuer = findIssuer(one);
    if (issuer === undefined) return 'untrusted';
    // OpenSSL's own cases leave time aside, and the time that the corpus gives them may lie before producedAt.
    const time = Date.parse(one.time);
    const at = one.group === 'openssl' ? Math.max(time, basic?.producedAt ?? time) : time;
    const outcome = concludeFromOcsp({
      response,
      certificate: decodeCertificate(readBytes(one.inputs.cert)),
      issuer,
      at,
      maxAgeSeconds: one.settings.max_age_seconds ?? 604_800,
      clockSkewSeconds: 0,
      // The corpus leaves the status of delegates aside.
      delegateStatus: () => 'good',
      crypto: nodeCrypto,
      legacyAlgorithms,
    });
    return isRefusal(outcome) ? outcome.refused : outcome.says.status;
  } catch (error) {
    if (error instanceof DecodeError) return 'not-der';
    throw error;
  }
}

(present ? describe : describe.skip)(`OCSP corpus${present ? '' : ' (absent: set CORPORA_DIR)'}`, () => {
  const { cases }: { cases: readonly CorpusCase[] } = present
    ? JSON.parse(readFileSync(resolve(directory, 'manifest.json'), 'utf8'))
    : { cases: [] };

  it('accepts nothing as good that its publisher refuses', () => {
    expect(cases).toHaveLength(98);
    const invalid = cases.filter(({ expected }) => expected === 'invalid');
    expect(invalid.filter((one) => judge(one, true) === 'good').map(({ id }) => id)).toEqual([]);
    expect(invalid.filter((one) => judge(one, false) === 'good').map(({ id }) => id)).toEqual([]);
  });

  it('agrees with the publisher but for the cases explained', () => {
    const differing = cases.filter((one) => (judge(one, true) === 'good') !== (one.expected === 'valid'));
    expect(differing.map(({ id }) => id).sort()).toEqual(Object.keys(STRICTER).sort());
    expect(cases.length - differing.length).toBeGreaterThanOrEqual(90);
  });

  it('refuses as `algorithm` what is good by SHA-1 alone', () => {
    const good = cases.filter((one) => judge(one, true) === 'good');
    const strict = good.map((one) => judge(one, false));
    expect(new Set(strict)).toEqual(new Set(['algorithm', 'good']));
    expect(good.filter((_, i) => strict[i] === 'good').map(({ id }) => id)).toEqual([
      'boringssl-ocsp-good_response_sha256',
    ]);
  });

  it('gives the reason that each faulty response was made for', () => {
    const codes = Object.fromEntries(cases.map((one) => [one.id, judge(one, true)]));
    expect(codes).toMatchObject({
      'openssl-ocsp-08': 'wrong-signature',
      'openssl-ocsp-14': 'responder-not-authorised',
      'openssl-ocsp-35': 'responder-not-authorised',
      'openssl-ocsp-41': 'wrong-issuer',
      'openssl-ocsp-59': 'untrusted',
      'boringssl-ocsp-no_response': 'wrong-certificate',
      'boringssl-ocsp-other_response': 'wrong-certificate',
      'boringssl-ocsp-malformed_request': 'responder-error',
      'boringssl-ocsp-bad_status': 'malformed',
      'boringssl-ocsp-bad_signature': 'wrong-signature',
      'boringssl-ocsp-ocsp_sign_bad_indirect': 'responder-not-authorised',
      'boringssl-ocsp-revoke_response': 'revoked',
      'boringssl-ocsp-unknown_response': 'unknown',
      'boringssl-ocsp-multiple_response': 'unknown',
      'boringssl-ocsp-multiple_response_good_revoked': 'revoked',
      'boringssl-ocsp-has_critical_single_extension': 'unknown-critical-extension',
      'boringssl-ocsp-has_critical_response_extension': 'unknown-critical-extension',
      'boringssl-ocsp-stale_response': 'stale',
      'boringssl-ocsp-old_response': 'stale',
      'boringssl-ocsp-future_response': 'not-yet-valid',
      'boringssl-ocsp-produced_late_response': 'not-yet-valid',
    });
  });
});
