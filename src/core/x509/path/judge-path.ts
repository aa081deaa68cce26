import type { Instant } from '../../instant.ts';
import type { Certificate } from '../certificate.ts';
import { compareNames } from '../compare-names.ts';
import { criticalExtensionsAreProcessed } from './critical-extensions.ts';
import { keyIdentifiersDiffer } from './issuer-candidates.ts';
import { NameConstraintState } from './name-constraint-state.ts';
import type { PathFailure, PathSettings } from './path.ts';
import { PolicyState } from './policy-state.ts';
import type { CandidatePath } from './search-paths.ts';
import type { SignatureLedger } from './signature-ledger.ts';

/** Facts of one candidate: `policies` is the user-constrained-policy-set, and counts only without failures. */
export interface PathJudgement {
  readonly failures: readonly PathFailure[];
  readonly policies: readonly string[];
}

export interface JudgementTerms {
  readonly at: Instant;
  readonly settings: PathSettings;
  readonly anchorValidity: 'tested' | 'ignored';
}

/** RFC 5280 §6.1 over one candidate, revocation and the validity of the target apart; goes on after a failure. */
export function judgePath(path: CandidatePath, ledger: SignatureLedger, terms: JudgementTerms): PathJudgement {
  const failures: PathFailure[] = [
    ...judgeAnchor(path.anchor, terms),
    ...judgeLinks(path, ledger, terms.at),
    ...judgeAuthorities(path),
  ];
  // What an unauthenticated certificate says of names and policies means nothing and is not worth the work.
  if (failures.some(({ code }) => UNAUTHENTICATED.has(code))) return { failures, policies: [] };
  failures.push(...judgeNames(path));
  const { policyFailures, policies } = judgePolicies(path, terms.settings);
  return { failures: [...failures, ...policyFailures], policies };
}

const UNAUTHENTICATED: ReadonlySet<PathFailure['code']> = new Set(['signature', 'algorithm', 'key-identifier']);

const failure = (code: PathFailure['code'], clause: string, index: number): PathFailure => ({ code, clause, index });

/** Beyond §6.1, which takes an anchor as it is: a leaf or an expired certificate put among the anchors certifies nothing. */
function judgeAnchor(anchor: Certificate, { at, anchorValidity }: JudgementTerms): PathFailure[] {
  const failures: PathFailure[] = [];
  if (anchorValidity === 'tested' && !isValidAt(anchor, at))
    failures.push(failure('validity', 'RFC 5280 §4.1.2.5', -1));
  const { basicConstraints, keyUsage } = anchor.extensions;
  if (anchor.version === 3 && basicConstraints?.cA !== true)
    failures.push(failure('basic-constraints', 'RFC 5280 §4.2.1.9', -1));
  if (keyUsage !== undefined && !keyUsage.has('keyCertSign'))
    failures.push(failure('key-usage', 'RFC 5280 §4.2.1.3', -1));
  if (!criticalExtensionsAreProcessed(anchor, false))
    failures.push(failure('unknown-critical-extension', 'RFC 5280 §4.2', -1));
  return failures;
}

/** §6.1.3 (a) (1), (2), (4): each certificate by the one above it. */
function judgeLinks({ anchor, certificates }: CandidatePath, ledger: SignatureLedger, at: Instant): PathFailure[] {
  return certificates.flatMap((certificate, index) => {
    const issuer = certificates[index - 1] ?? anchor;
    const failures: PathFailure[] = [];
    // Of the search all that was asked is known; what it did not get to ask is not verified either.
    const validity = ledger.verify(certificate, issuer) ?? 'invalid';
    // The key of another generation or of a namesake: that it verifies nothing here says little about the signature.
    if (validity !== 'valid' && keyIdentifiersDiffer(certificate, issuer))
      failures.push(failure('key-identifier', 'RFC 5280 §4.2.1.1', index));
    else if (validity === 'invalid') failures.push(failure('signature', 'RFC 5280 §6.1.3(a)(1)', index));
    else if (validity === 'not-allowed') failures.push(failure('algorithm', 'RFC 5280 §6.1.3(a)(1)', index));
    if (index < certificates.length - 1 && !isValidAt(certificate, at))
      failures.push(failure('validity', 'RFC 5280 §6.1.3(a)(2)', index));
    if (!compareNames(certificate.issuer, issuer.subject))
      failures.push(failure('name-chaining', 'RFC 5280 §6.1.3(a)(4)', index));
    return failures;
  });
}

/** §6.1.4 (k) to (o) for every certificate but the target, §6.1.5(f) for the target. */
function judgeAuthorities({ anchor, certificates }: CandidatePath): PathFailure[] {
  let maxPathLength = Math.min(certificates.length, anchor.extensions.basicConstraints?.pathLenConstraint ?? Infinity);
  return certificates.flatMap((certificate, index) => {
    const failures: PathFailure[] = [];
    const isTarget = index === certificates.length - 1;
    if (!criticalExtensionsAreProcessed(certificate, isTarget)) {
      const clause = isTarget ? 'RFC 5280 §6.1.5(f)' : 'RFC 5280 §6.1.4(o)';
      failures.push(failure('unknown-critical-extension', clause, index));
    }
    if (isTarget) return failures;
    const { basicConstraints, keyUsage } = certificate.extensions;
    if (certificate.version !== 3) failures.push(failure('version', 'RFC 5280 §6.1.4(k)', index));
    else if (basicConstraints?.cA !== true) failures.push(failure('basic-constraints', 'RFC 5280 §6.1.4(k)', index));
    if (!isSelfIssued(certificate)) {
      if (maxPathLength <= 0) failures.push(failure('path-length', 'RFC 5280 §6.1.4(l)', index));
      maxPathLength--;
    }
    maxPathLength = Math.min(maxPathLength, basicConstraints?.pathLenConstraint ?? Infinity);
    if (keyUsage !== undefined && !keyUsage.has('keyCertSign'))
      failures.push(failure('key-usage', 'RFC 5280 §6.1.4(n)', index));
    return failures;
  });
}

/** §6.1.3 (b), (c) and §6.1.4(g). The anchor's own constraints count too (RFC 5937 §3.2). */
function judgeNames({ anchor, certificates }: CandidatePath): PathFailure[] {
  const state = new NameConstraintState();
  state.add(anchor);
  return certificates.flatMap((certificate, index) => {
    const exempt = index < certificates.length - 1 && isSelfIssued(certificate);
    const admitted = exempt || state.admits(certificate);
    state.add(certificate);
    return admitted ? [] : [failure('name-constraints', 'RFC 5280 §6.1.3(b)-(c)', index)];
  });
}

/** §6.1.3 (d) to (f), §6.1.4 (a), (b), (h) to (j), §6.1.5 (a), (b), (g). One failure at most: the others follow from it. */
function judgePolicies(
  { certificates }: CandidatePath,
  settings: PathSettings,
): { policyFailures: PathFailure[]; policies: readonly string[] } {
  const state = new PolicyState(settings, certificates.length);
  for (const [index, certificate] of certificates.entries()) {
    const isLast = index === certificates.length - 1;
    // Of the last certificate nobody asks.
    const selfIssued = !isLast && isSelfIssued(certificate);
    const rejected = (clause: string) => ({ policyFailures: [failure('policy', clause, index)], policies: [] });
    if (!state.descend(certificate, selfIssued, isLast)) return rejected('RFC 5280 §6.1.3(f)');
    if (!isLast) {
      if (!state.prepareNext(certificate, selfIssued)) return rejected('RFC 5280 §6.1.4(a)');
      continue;
    }
    const policies = state.wrapUp(certificate);
    return policies === undefined ? rejected('RFC 5280 §6.1.5(g)') : { policyFailures: [], policies };
  }
  return { policyFailures: [], policies: [] };
}

/** Subject and issuer are one name (§6.1). */
function isSelfIssued(certificate: Certificate): boolean {
  return compareNames(certificate.subject, certificate.issuer);
}

function isValidAt(certificate: Certificate, at: Instant): boolean {
  return certificate.notBefore <= at && at <= certificate.notAfter;
}
