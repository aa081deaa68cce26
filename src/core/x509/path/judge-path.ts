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

/** `index` as in PathFailure. */
type Report = (code: PathFailure['code'], clause: string, index: number) => void;

/** RFC 5280 §6.1 over one candidate, revocation and the validity of the target apart; goes on after a failure. */
export function judgePath(path: CandidatePath, ledger: SignatureLedger, terms: JudgementTerms): PathJudgement {
  const failures: PathFailure[] = [];
  const report: Report = (code, clause, index) => failures.push({ code, clause, index });
  judgeAnchor(path.anchor, terms, report);
  judgeLinks(path, ledger, terms.at, report);
  judgeAuthorities(path, report);
  // What an unauthenticated certificate says of names and policies means nothing and is not worth the work.
  if (failures.some(({ code }) => UNAUTHENTICATED.has(code))) return { failures, policies: [] };
  judgeNames(path, report);
  return { failures, policies: judgePolicies(path, terms.settings, report) };
}

const UNAUTHENTICATED: ReadonlySet<PathFailure['code']> = new Set(['signature', 'algorithm', 'key-identifier']);

/** Beyond §6.1, which takes an anchor as it is: a leaf or an expired certificate put among the anchors certifies nothing. */
function judgeAnchor(anchor: Certificate, { at, anchorValidity }: JudgementTerms, report: Report): void {
  if (anchorValidity === 'tested' && !isValidAt(anchor, at)) report('validity', 'RFC 5280 §4.1.2.5', -1);
  const { basicConstraints, keyUsage } = anchor.extensions;
  if (anchor.version === 3 && basicConstraints?.cA !== true) report('basic-constraints', 'RFC 5280 §4.2.1.9', -1);
  if (keyUsage !== undefined && !keyUsage.has('keyCertSign')) report('key-usage', 'RFC 5280 §4.2.1.3', -1);
  if (!criticalExtensionsAreProcessed(anchor, false)) report('unknown-critical-extension', 'RFC 5280 §4.2', -1);
}

/** §6.1.3 (a) (1), (2), (4): each certificate by the one above it. */
function judgeLinks(
  { anchor, certificates }: CandidatePath,
  ledger: SignatureLedger,
  at: Instant,
  report: Report,
): void {
  certificates.forEach((certificate, index) => {
    const issuer = certificates[index - 1] ?? anchor;
    // Of the search all that was asked is known; what it did not get to ask is not verified either.
    const validity = ledger.verify(certificate, issuer) ?? 'invalid';
    // The key of another generation or of a namesake: that it verifies nothing here says little about the signature.
    if (validity !== 'valid' && keyIdentifiersDiffer(certificate, issuer))
      report('key-identifier', 'RFC 5280 §4.2.1.1', index);
    else if (validity === 'invalid') report('signature', 'RFC 5280 §6.1.3(a)(1)', index);
    else if (validity === 'not-allowed') report('algorithm', 'RFC 5280 §6.1.3(a)(1)', index);
    if (index < certificates.length - 1 && !isValidAt(certificate, at))
      report('validity', 'RFC 5280 §6.1.3(a)(2)', index);
    if (!compareNames(certificate.issuer, issuer.subject)) report('name-chaining', 'RFC 5280 §6.1.3(a)(4)', index);
  });
}

/** §6.1.4 (k) to (o) for every certificate but the target, §6.1.5(f) for the target. */
function judgeAuthorities({ anchor, certificates }: CandidatePath, report: Report): void {
  let maxPathLength = Math.min(certificates.length, anchor.extensions.basicConstraints?.pathLenConstraint ?? Infinity);
  certificates.forEach((certificate, index) => {
    const isTarget = index === certificates.length - 1;
    if (!criticalExtensionsAreProcessed(certificate, isTarget))
      report('unknown-critical-extension', isTarget ? 'RFC 5280 §6.1.5(f)' : 'RFC 5280 §6.1.4(o)', index);
    if (isTarget) return;
    const { basicConstraints, keyUsage } = certificate.extensions;
    if (certificate.version !== 3) report('version', 'RFC 5280 §6.1.4(k)', index);
    else if (basicConstraints?.cA !== true) report('basic-constraints', 'RFC 5280 §6.1.4(k)', index);
    if (!isSelfIssued(certificate)) {
      if (maxPathLength <= 0) report('path-length', 'RFC 5280 §6.1.4(l)', index);
      maxPathLength--;
    }
    maxPathLength = Math.min(maxPathLength, basicConstraints?.pathLenConstraint ?? Infinity);
    if (keyUsage !== undefined && !keyUsage.has('keyCertSign')) report('key-usage', 'RFC 5280 §6.1.4(n)', index);
  });
}

/** Can the certificate stand above another one in any path at that time (§6.1.3(a)(2), §6.1.4 (k), (n), (o))? */
export function mayCertify(certificate: Certificate, at: Instant): boolean {
  const { basicConstraints, keyUsage } = certificate.extensions;
  return (
    certificate.version === 3 &&
    basicConstraints?.cA === true &&
    (keyUsage === undefined || keyUsage.has('keyCertSign')) &&
    isValidAt(certificate, at) &&
    criticalExtensionsAreProcessed(certificate, false)
  );
}

/** §6.1.3 (b), (c) and §6.1.4(g). The anchor's own constraints count too (RFC 5937 §3.2). */
function judgeNames({ anchor, certificates }: CandidatePath, report: Report): void {
  const state = new NameConstraintState();
  state.add(anchor);
  certificates.forEach((certificate, index) => {
    const exempt = index < certificates.length - 1 && isSelfIssued(certificate);
    if (!exempt && !state.admits(certificate)) report('name-constraints', 'RFC 5280 §6.1.3(b)-(c)', index);
    state.add(certificate);
  });
}

/**
 * §6.1.3 (d) to (f), §6.1.4 (a), (b), (h) to (j), §6.1.5 (a), (b), (g): the user-constrained-policy-set. One failure at
 * most: the others follow from it.
 */
function judgePolicies({ certificates }: CandidatePath, settings: PathSettings, report: Report): readonly string[] {
  const state = new PolicyState(settings, certificates.length);
  const rejected = (clause: string, index: number): readonly string[] => {
    report('policy', clause, index);
    return [];
  };
  for (const [index, certificate] of certificates.entries()) {
    const isLast = index === certificates.length - 1;
    // Of the last certificate nobody asks.
    const selfIssued = !isLast && isSelfIssued(certificate);
    if (!state.descend(certificate, selfIssued, isLast)) return rejected('RFC 5280 §6.1.3(f)', index);
    if (isLast) return state.wrapUp(certificate) ?? rejected('RFC 5280 §6.1.5(g)', index);
    if (!state.prepareNext(certificate, selfIssued)) return rejected('RFC 5280 §6.1.4(a)', index);
  }
  return [];
}

/** Subject and issuer are one name (§6.1). */
function isSelfIssued(certificate: Certificate): boolean {
  return compareNames(certificate.subject, certificate.issuer);
}

function isValidAt(certificate: Certificate, at: Instant): boolean {
  return certificate.notBefore <= at && at <= certificate.notAfter;
}
