import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { DecodeError } from '../../../src/core/der/decode-error.ts';
import { authenticateCrl } from '../../../src/core/revocation/authenticate-crl.ts';
import { concludeFromCrl } from '../../../src/core/revocation/conclude-from-crl.ts';
import type { Crl } from '../../../src/core/revocation/crl.ts';
import { decodeCrl } from '../../../src/core/revocation/decode-crl.ts';
import { isRefusal } from '../../../src/core/revocation/evidence.ts';
import type { Certificate } from '../../../src/core/x509/certificate.ts';
import { decodeCertificate } from '../../../src/core/x509/decode-certificate.ts';
import { issuerKeyOf } from '../../../src/core/x509/path/issuer-key.ts';
import type { IssuerKey, ValidatedPath } from '../../../src/core/x509/path/path.ts';
import { validatePath } from '../../../src/core/x509/path/validate-path.ts';
import { nodeCrypto } from '../../../src/platform/crypto.ts';

const directory = resolve(process.env.CORPORA_DIR ?? '../shared/corpora', 'pkits');
const present = existsSync(resolve(directory, 'manifest.json'));

interface PkitsCase {
  readonly id: string;
  readonly description: string;
  readonly inputs: {
    readonly trust_anchor: string;
    readonly chain: readonly string[];
    readonly target: string;
    readonly crls: readonly string[];
  };
  readonly settings: {
    readonly initial_policy_set_oids: readonly string[];
    readonly initial_explicit_policy: boolean;
    readonly initial_policy_mapping_inhibit: boolean;
    readonly initial_inhibit_any_policy: boolean;
  };
  readonly time: string;
  readonly expected: 'valid' | 'invalid';
}

/** Where the judgement is stricter than NIST's, by the reason. It is never laxer. */
const STRICTER: Readonly<Record<string, readonly string[]>> = {
  'DSA is not supported': ['4.1.4', '4.1.5'],
  'the CRL is signed by another key of the CA than the certificate: generations of a CA are kept apart': [
    '4.4.19',
    '4.5.1',
    '4.5.4',
    '4.5.6',
    '4.6.15',
    '4.6.17',
    '4.9.6',
    '4.11.7',
    '4.12.7',
    '4.12.9',
    '4.13.19',
  ],
  'lists of some reasons are not added up': ['4.14.18', '4.14.19'],
  'indirect CRLs never say good': ['4.14.22', '4.14.24', '4.14.25', '4.14.28', '4.14.29', '4.14.30', '4.14.33'],
  'a delta CRL takes nothing back': ['4.15.5'],
};

const files = new Map<string, Uint8Array>();
function readBytes(name: string): Uint8Array {
  const content = files.get(name) ?? new Uint8Array(readFileSync(resolve(directory, name)));
  files.set(name, content);
  return content;
}

function decodeEach<T>(names: readonly string[], decode: (bytes: Uint8Array) => T): readonly T[] {
  return names.flatMap((name) => {
    try {
      return [decode(readBytes(name))];
    } catch (error) {
      if (error instanceof DecodeError) return [];
      throw error;
    }
  });
}

function findPath({ inputs, settings, time }: PkitsCase): ValidatedPath | undefined {
  const [target] = decodeEach([inputs.target], decodeCertificate);
  if (target === undefined) return undefined;
  return validatePath({
    target,
    anchors: decodeEach([inputs.trust_anchor], decodeCertificate),
    untrusted: decodeEach(inputs.chain, decodeCertificate),
    at: Date.parse(time),
    settings: {
      initialPolicySet: settings.initial_policy_set_oids,
      initialExplicitPolicy: settings.initial_explicit_policy,
      initialPolicyMappingInhibit: settings.initial_policy_mapping_inhibit,
      initialAnyPolicyInhibit: settings.initial_inhibit_any_policy,
    },
    crypto: nodeCrypto,
  }).path;
}

/** What all lists together say: the status, or the codes of what was refused. */
function judge(certificate: Certificate, issuer: IssuerKey, crls: readonly Crl[], at: number): string {
  const outcomes = crls.map((crl) => {
    const authentic = authenticateCrl(crl, issuer, nodeCrypto);
    if (isRefusal(authentic)) return authentic.refused;
    // The complete CRLs of PKITS have no issuingDistributionPoint.
    const rules = { at, maxAgeSeconds: 0, clockSkewSeconds: 0, undivided: true };
    const outcome = concludeFromCrl({ crl: authentic, certificate, issuer, ...rules });
    return isRefusal(outcome) ? outcome.refused : outcome.says.status;
  });
  if (outcomes.includes('revoked')) return 'revoked';
  if (outcomes.includes('good')) return 'good';
  return [...new Set(outcomes)].sort().join(' ');
}

/** `valid`, or what stands against it: no path, or the first certificate that no CRL shows good. */
function judgeCase(one: PkitsCase): string {
  const path = findPath(one);
  if (path === undefined) return 'no path';
  if (path.targetValidity !== 'valid') return path.targetValidity;
  const crls = decodeEach(one.inputs.crls, decodeCrl);
  for (const [i, certificate] of path.certificates.entries()) {
    const issuer = issuerKeyOf(path.certificates[i - 1] ?? path.anchor);
    const status = judge(certificate, issuer, crls, Date.parse(one.time));
    if (status !== 'good') return status;
  }
  return 'valid';
}

(present ? describe : describe.skip)(`PKITS with its CRLs${present ? '' : ' (absent: set CORPORA_DIR)'}`, () => {
  const { cases }: { cases: readonly PkitsCase[] } = present
    ? JSON.parse(readFileSync(resolve(directory, 'manifest.json'), 'utf8'))
    : { cases: [] };

  it('accepts nothing that NIST refuses', () => {
    expect(cases).toHaveLength(249);
    const accepted = cases.filter((one) => one.expected === 'invalid' && judgeCase(one) === 'valid');
    expect(accepted.map(({ id }) => id)).toEqual([]);
  });

  it('agrees with NIST but for the cases explained', () => {
    const differing = cases.filter((one) => (judgeCase(one) === 'valid') !== (one.expected === 'valid'));
    expect(differing.map(({ id }) => id).sort()).toEqual(Object.values(STRICTER).flat().sort());
  });

  it('gives the reason that each list was made for', () => {
    const outcomes = Object.fromEntries(cases.map((one) => [one.id, judgeCase(one)]));
    expect(outcomes['4.4.3']).toBe('revoked');
    expect(outcomes['4.4.8']).toContain('unknown-critical-extension');
    expect(outcomes['4.4.9']).toContain('unknown-critical-extension');
    expect(outcomes['4.4.11']).toContain('stale');
    expect(outcomes['4.4.15']).toBe('revoked');
    expect(outcomes['4.4.18']).toBe('revoked');
    expect(outcomes['4.14.3']).toContain('out-of-scope');
    expect(outcomes['4.14.11']).toContain('out-of-scope');
    expect(outcomes['4.14.17']).toContain('partial-reasons');
    expect(outcomes['4.14.23']).toBe('revoked');
    expect(outcomes['4.15.1']).toContain('delta');
    expect(outcomes['4.15.3']).toBe('revoked');
  });
});
