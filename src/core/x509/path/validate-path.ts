import type { CryptoPrimitives } from '../../crypto.ts';
import type { Instant } from '../../instant.ts';
import type { Certificate } from '../certificate.ts';
import { issuerKeyOf } from './issuer-key.ts';
import { type JudgementTerms, judgePath, mayCertify, type PathJudgement } from './judge-path.ts';
import type { PathFailure, PathResult, PathSettings, TargetValidity, ValidatedPath } from './path.ts';
import { type CandidatePath, isSameEntity, searchPaths } from './search-paths.ts';
import { createSignatureLedger } from './signature-ledger.ts';

/** Signatures verified for one target; an honest path needs as many as it has certificates. */
const MAX_VERIFICATIONS = 32;

export interface PathInput {
  readonly target: Certificate;
  readonly anchors: readonly Certificate[];
  /** Certificates that came with the signature or are known; they prove nothing until a path is found through them. */
  readonly untrusted: readonly Certificate[];
  readonly at: Instant;
  readonly settings: PathSettings;
  /** Beyond RFC 5280, which takes an anchor as it is: whether an expired one still counts. Default `tested`. */
  readonly anchorValidity?: 'tested' | 'ignored';
  readonly crypto: CryptoPrimitives;
}

/**
 * Finds and validates a certification path from an anchor to the target at the time `at` (RFC 5280 §6.1). Never throws; an
 * anchor itself is no target, for it has no certificate below it.
 */
export function validatePath(input: PathInput): PathResult {
  const { target, anchors, untrusted, at, settings, crypto } = input;
  const terms: JudgementTerms = { at, settings, anchorValidity: input.anchorValidity ?? 'tested' };
  const ledger = createSignatureLedger(crypto, MAX_VERIFICATIONS, settings.legacyAlgorithms);
  let path: ValidatedPath | undefined;
  let best: readonly PathFailure[] | undefined;
  const search = (among: readonly Certificate[]) =>
    searchPaths(target, anchors, among, ledger, (candidate) => {
      const judgement = judgePath(candidate, ledger, terms);
      path = acceptPath(candidate, judgement, at);
      if (path === undefined && (best === undefined || isNearer(judgement.failures, best))) best = judgement.failures;
      return path !== undefined;
    });
  const certifying = untrusted.filter((certificate) => mayCertify(certificate, at));
  let { tried: candidatesTried, limited } = search(certifying);
  // The rest can be in no path and would only use up the bounds; but they may be the reason why there is none.
  if (path === undefined && certifying.length < untrusted.length) {
    best = undefined;
    ({ tried: candidatesTried, limited } = search(untrusted));
  }
  if (path !== undefined) return { path, failures: [], candidatesTried, targetValidity: validityOf(target, at) };
  const limit = (code: 'path-length' | 'path-limit') => ({ code, clause: 'RFC 5280 §6.1', index: -1 });
  if (anchors.some((anchor) => isSameEntity(anchor, target)))
    return { path, failures: [limit('path-length')], candidatesTried, targetValidity: undefined };
  const outlived = best?.every(({ code }) => code === 'validity') === true;
  return {
    path,
    failures: [...(best ?? []), ...(limited ? [limit('path-limit')] : [])],
    candidatesTried,
    targetValidity: outlived ? validityOf(target, at) : undefined,
  };
}

function validityOf({ notBefore, notAfter }: Certificate, at: Instant): TargetValidity {
  return at < notBefore ? 'not-yet-valid' : at > notAfter ? 'expired' : 'valid';
}

/** The only maker of ValidatedPath. */
function acceptPath(
  { anchor, certificates }: CandidatePath,
  { failures, policies }: PathJudgement,
  at: Instant,
): ValidatedPath | undefined {
  const target = certificates.at(-1);
  if (target === undefined || failures.length > 0) return undefined;
  const facts = {
    anchor,
    certificates,
    target,
    issuer: issuerKeyOf(certificates.at(-2) ?? anchor),
    targetValidity: validityOf(target, at),
    policies,
  } as const;
  return facts as ValidatedPath;
}

/** Fewer failures, or as many that begin nearer to the target. */
function isNearer(a: readonly PathFailure[], b: readonly PathFailure[]): boolean {
  if (a.length !== b.length) return a.length < b.length;
  const first = (failures: readonly PathFailure[]): number => Math.min(...failures.map(({ index }) => index));
  return first(a) > first(b);
}
