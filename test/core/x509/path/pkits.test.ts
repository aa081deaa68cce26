import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { DecodeError } from '../../../../src/core/der/decode-error.ts';
import { decodeCertificate } from '../../../../src/core/x509/decode-certificate.ts';
import { validatePath } from '../../../../src/core/x509/path/validate-path.ts';
import { nodeCrypto } from '../../../../src/platform/crypto.ts';

/** NIST PKITS without its CRLs: what turns on revocation is judged in the tests of revocation. */
const folder = join(process.env.CORPORA_DIR ?? join(import.meta.dirname, '../../../../../shared/corpora'), 'pkits');
const manifestFile = join(folder, 'manifest.json');
const present = existsSync(manifestFile);

interface Case {
  readonly id: string;
  readonly section: string;
  readonly description: string;
  readonly inputs: { readonly trust_anchor: string; readonly chain: readonly string[]; readonly target: string };
  readonly settings: {
    readonly initial_policy_set_oids: readonly string[];
    readonly initial_explicit_policy: boolean;
    readonly initial_policy_mapping_inhibit: boolean;
    readonly initial_inhibit_any_policy: boolean;
  };
  readonly time: string;
  readonly expected: 'valid' | 'invalid';
  readonly expected_user_constrained_policy_set: readonly string[];
}

/** Sections whose expectation is a matter of CRLs, and cases elsewhere that are. */
const REVOCATION_SECTIONS = /^4\.(4|14|15) /;
const REVOCATION_CASES = new Map([
  ['4.5.2', 'the target is revoked'],
  ['4.5.5', 'the target is revoked'],
  ['4.5.7', 'the target is revoked'],
  ['4.7.4', 'the CA may not sign CRLs'],
  ['4.7.5', 'the CA may not sign CRLs'],
]);
/** Not supported, so rejected; never counted as agreement. */
const DSA = new Set(['4.1.4', '4.1.5']);

const cases: readonly Case[] = present ? JSON.parse(readFileSync(manifestFile, 'utf8')).cases : [];
const load = (file: string): Uint8Array => readFileSync(join(folder, file));

function judge(one: Case): { outcome: 'valid' | 'invalid' | 'undecodable'; policies: readonly string[] } {
  const { settings, inputs } = one;
  try {
    const { path } = validatePath({
      target: decodeCertificate(load(inputs.target)),
      anchors: [decodeCertificate(load(inputs.trust_anchor))],
      untrusted: inputs.chain.map((file) => decodeCertificate(load(file))),
      at: Date.parse(one.time),
      settings: {
        initialPolicySet: settings.initial_policy_set_oids,
        initialExplicitPolicy: settings.initial_explicit_policy,
        initialPolicyMappingInhibit: settings.initial_policy_mapping_inhibit,
        initialAnyPolicyInhibit: settings.initial_inhibit_any_policy,
      },
      crypto: nodeCrypto,
    });
    const valid = path !== undefined && path.targetValidity === 'valid';
    return { outcome: valid ? 'valid' : 'invalid', policies: path?.policies ?? [] };
  } catch (error) {
    if (error instanceof DecodeError) return { outcome: 'undecodable', policies: [] };
    throw error;
  }
}

const policyName = (oid: string): string =>
  oid === '2.5.29.32.0' ? 'anyPolicy' : oid.replace('2.16.840.1.101.3.2.1.48.', 'NIST-test-policy-');

const described = present ? describe : describe.skip;
described(`NIST PKITS (skipped where ${folder} is absent)`, () => {
  const judged = cases.filter(({ section, id }) => !REVOCATION_SECTIONS.test(section) && !REVOCATION_CASES.has(id));

  it('covers every section that path validation answers for', () => {
    expect(judged.length).toBe(178);
    expect(new Set(judged.map(({ section }) => section)).size).toBe(13);
  });

  it.each(judged.map((one) => [one.id, one.description, one] as const))('%s %s', (id, _description, one) => {
    const { outcome, policies } = judge(one);
    if (one.expected === 'invalid' || DSA.has(id)) {
      expect(outcome).not.toBe('valid');
      return;
    }
    expect(outcome).toBe('valid');
    expect(policies.map(policyName).sort()).toEqual([...one.expected_user_constrained_policy_set].sort());
  });

  it('finds the path also when every certificate of the corpus is offered', () => {
    const untrusted = [...new Set(cases.flatMap(({ inputs }) => inputs.chain))].flatMap((file) => {
      try {
        return [decodeCertificate(load(file))];
      } catch {
        return [];
      }
    });
    const one = cases.find(({ id }) => id === '4.6.17') as Case;
    const { path, candidatesTried } = validatePath({
      target: decodeCertificate(load(one.inputs.target)),
      anchors: [decodeCertificate(load(one.inputs.trust_anchor))],
      untrusted: untrusted.toReversed(),
      at: Date.parse(one.time),
      settings: {
        initialPolicySet: ['2.5.29.32.0'],
        initialExplicitPolicy: false,
        initialPolicyMappingInhibit: false,
        initialAnyPolicyInhibit: false,
      },
      crypto: nodeCrypto,
    });
    expect(path?.certificates).toHaveLength(one.inputs.chain.length + 1);
    expect(candidatesTried).toBe(1);
  });
});
