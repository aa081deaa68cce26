import type { Certificate } from '../x509/certificate.ts';
import type { PathResult, ValidatedPath } from '../x509/path/path.ts';
import { type PathInput, validatePath } from '../x509/path/validate-path.ts';
import type { Crl } from './crl.ts';
import { CrlInquiry } from './crl-inquiry.ts';
import type { FreshnessRules } from './freshness.ts';
import type { RevocationFindings } from './status.ts';

/** Paths tried when a CA of the one before is not shown good. */
const MAX_PATHS = 8;

export interface PathWithCrlsInput extends PathInput {
  readonly crls: readonly Crl[];
  /** Whose status must be good: nobody's, the target's, or that of every certificate below the anchor. */
  readonly revocation: 'none' | 'leaf' | 'all';
  readonly freshness: Omit<FreshnessRules, 'at'>;
}

/** `findings`: about the first certificate that is not good, else about the target; null when nobody was asked about. */
export interface PathWithCrls {
  readonly result: PathResult;
  readonly findings: RevocationFindings | null;
}

/**
 * RFC 5280 §6.1 with the status of each certificate as §6.3 finds it in the lists given, each without
 * issuingDistributionPoint taken as the undivided one of its issuer. Where a CA of the path is not good, another path is
 * looked for without that certificate. Never throws.
 */
export function validatePathWithCrls(input: PathWithCrlsInput): PathWithCrls {
  let untrusted = input.untrusted;
  let first: PathWithCrls | undefined;
  for (let tried = 0; tried < MAX_PATHS; tried++) {
    const result = validatePath({ ...input, untrusted });
    const { path } = result;
    if (path === undefined || input.revocation === 'none') return first ?? { result, findings: null };
    const { findings, doubted } = askAlong(path, input);
    if (findings.status === 'good') return { result, findings };
    first ??= { result, findings };
    if (doubted === path.target) return first;
    untrusted = untrusted.filter((certificate) => certificate !== doubted);
  }
  return first as PathWithCrls;
}

function askAlong(
  { anchor, certificates, target }: ValidatedPath,
  { untrusted, crls, revocation, at, freshness, crypto, settings }: PathWithCrlsInput,
): { readonly findings: RevocationFindings; readonly doubted: Certificate } {
  const scope = revocation === 'leaf' ? 'leaf' : 'all';
  const { legacyAlgorithms } = settings;
  const known = [...new Set([...certificates, ...untrusted])];
  const inquiry = new CrlInquiry({
    ...{ anchor, certificates: known, crls, scope, crypto, legacyAlgorithms },
    ...{ ...freshness, at },
  });
  for (const [i, certificate] of certificates.entries()) {
    if (scope === 'leaf' && certificate !== target) continue;
    const findings = inquiry.ask(certificate, certificates[i - 1] ?? anchor);
    if (findings.status !== 'good' || certificate === target) return { findings, doubted: certificate };
  }
  return { findings: { status: 'undetermined', evidence: null, attempts: [] }, doubted: target };
}
