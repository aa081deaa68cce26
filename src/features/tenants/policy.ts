import type { CertificateKind } from '../../core/jpki/certificate-kind.ts';
import type { RevocationMethod, TenantPolicy } from './caller.ts';

const KINDS: readonly CertificateKind[] = ['digital-signature', 'user-authentication'];
const METHODS: readonly RevocationMethod[] = ['ocsp', 'crl', 'ocsp-then-crl'];

/**
 * What a new tenant starts with: the strict choice throughout, except that a sandbox lets one try a signature before
 * learning about challenges. The rate limit admits a hundred parallel calls many times over.
 */
export function defaultPolicy(mode: 'sandbox' | 'production'): TenantPolicy {
  return {
    challengeRequired: mode === 'production',
    revocationMethod: 'ocsp',
    ocspMaxAgeSeconds: 3_600,
    crlMaxAgeSeconds: 129_600,
    kindsAccepted: KINDS,
    digestAllowed: false,
    storeSubject: true,
    rateLimitPerMinute: 60_000,
  };
}

/** A setting's text read into its value; a string is the sentence that says what it must be. */
type Reader<T> = (text: string) => { readonly value: T } | string;

const bool: Reader<boolean> = (text) =>
  text === 'true' || text === 'false' ? { value: text === 'true' } : 'must be true or false';

const whole =
  (least: number, most: number): Reader<number> =>
  (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    return value >= least && value <= most ? { value } : `must be a whole number from ${least} to ${most}`;
  };

const oneOf =
  <T extends string>(words: readonly T[]): Reader<T> =>
  (text) => {
    const value = words.find((word) => word === text);
    return value === undefined ? `must be one of ${words.join(', ')}` : { value };
  };

const someOf =
  <T extends string>(words: readonly T[]): Reader<readonly T[]> =>
  (text) => {
    const given = text.split(',').map((word) => word.trim());
    const known = words.filter((word) => given.includes(word));
    const allKnown = given.every((word) => words.some((one) => one === word));
    return allKnown ? { value: known } : `must be one or more of ${words.join(', ')}, parted by commas`;
  };

const READERS: { readonly [Key in keyof TenantPolicy]: Reader<TenantPolicy[Key]> } = {
  challengeRequired: bool,
  revocationMethod: oneOf(METHODS),
  ocspMaxAgeSeconds: whole(1, 604_800),
  crlMaxAgeSeconds: whole(1, 2_592_000),
  kindsAccepted: someOf(KINDS),
  digestAllowed: bool,
  storeSubject: bool,
  rateLimitPerMinute: whole(1, 1_000_000),
};

export type PolicyChange =
  | { readonly ok: true; readonly change: Partial<TenantPolicy> }
  | { readonly ok: false; readonly problems: readonly { readonly key: string; readonly sentence: string }[] };

/** Reads assignments as `challengeRequired=false`; every problem is told, as a sentence. */
export function readPolicyChange(assignments: readonly string[]): PolicyChange {
  const change: Record<string, unknown> = {};
  const problems: { key: string; sentence: string }[] = [];
  for (const assignment of assignments) {
    const [key, text] = splitOnce(assignment);
    const reader = Object.hasOwn(READERS, key) ? READERS[key as keyof TenantPolicy] : undefined;
    if (reader === undefined) {
      problems.push({ key, sentence: `There is no policy "${key}"; there are ${Object.keys(READERS).join(', ')}.` });
    } else if (text === undefined) {
      problems.push({ key, sentence: `Policy ${key} needs a value, as in ${key}=….` });
    } else {
      const read = reader(text);
      if (typeof read === 'string') problems.push({ key, sentence: `Policy ${key} ${read}.` });
      else change[key] = read.value;
    }
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, change: change as Partial<TenantPolicy> };
}

function splitOnce(assignment: string): [string, string | undefined] {
  const at = assignment.indexOf('=');
  return at < 0 ? [assignment.trim(), undefined] : [assignment.slice(0, at).trim(), assignment.slice(at + 1).trim()];
}
