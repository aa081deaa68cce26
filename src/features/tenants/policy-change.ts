import type { RetentionPeriod, RevocationMethod, TenantPolicy } from './caller.ts';
import { ATTRIBUTES, KINDS } from './policy.ts';

const METHODS: readonly RevocationMethod[] = ['ocsp', 'crl', 'ocsp-then-crl'];
const NONE = 'none';

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

const orNone =
  <T>(reader: Reader<T>): Reader<T | null> =>
  (text) => {
    const read = text === NONE ? { value: null } : reader(text);
    return typeof read === 'string' ? `${read}, or ${NONE}` : read;
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

const someOrNone =
  <T extends string>(words: readonly T[]): Reader<readonly T[]> =>
  (text) => {
    const read = text === NONE ? { value: [] } : someOf(words)(text);
    return typeof read === 'string' ? `${read}, or ${NONE}` : read;
  };

const PERIOD = /^P(?:[1-9]\d?|100)Y$|^P[1-9]\d{0,4}D$/;
const period: Reader<RetentionPeriod> = (text) =>
  PERIOD.test(text)
    ? { value: text as RetentionPeriod }
    : 'must be a number of years up to 100 or of days, as in P7Y or P30D';

/** Content to be signed is kept as evidence; the challenge itself need only be told from an unknown one for a while. */
const CHALLENGE_PERIOD = /^P(?:[1-9]|[12]\d|30)D$/;
const challengePeriod: Reader<RetentionPeriod> = (text) =>
  CHALLENGE_PERIOD.test(text) ? { value: text as RetentionPeriod } : 'must be a number of days up to 30, as in P1D';

/** Stored and shown; what they decide about comes in later versions. */
export const WITHOUT_EFFECT: readonly (keyof TenantPolicy)[] = [
  ...(['myNumberAllowed', 'consentRetention', 'faceRetention', 'myNumberRetention'] as const),
];

const READERS: { readonly [Key in keyof TenantPolicy]: Reader<TenantPolicy[Key]> } = {
  challengeRequired: bool,
  revocationMethod: oneOf(METHODS),
  ocspMaxAgeSeconds: whole(1, 604_800),
  crlMaxAgeSeconds: whole(1, 2_592_000),
  kindsAccepted: someOf(KINDS),
  digestAllowed: bool,
  storeSubject: bool,
  attributesReturned: someOrNone(ATTRIBUTES),
  serialNumberMacShown: bool,
  myNumberAllowed: bool,
  verificationRetention: period,
  consentRetention: period,
  challengeRetention: challengePeriod,
  faceRetention: period,
  myNumberRetention: period,
  auditRetention: period,
  rateLimitPerMinute: whole(1, 1_000_000),
  quotaPerDay: orNone(whole(1, 999_999_999)),
  quotaPerMonth: orNone(whole(1, 999_999_999)),
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

/** A change as the API takes it, in the words of the command line: one reader holds both to the same rules. */
export function assignmentsOf(change: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(change).map(([key, value]) => {
    const isNone = value === null || (Array.isArray(value) && value.length === 0);
    return `${key}=${isNone ? NONE : Array.isArray(value) ? value.join(',') : String(value)}`;
  });
}

function splitOnce(assignment: string): [string, string | undefined] {
  const at = assignment.indexOf('=');
  return at < 0 ? [assignment.trim(), undefined] : [assignment.slice(0, at).trim(), assignment.slice(at + 1).trim()];
}
