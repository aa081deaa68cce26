import type { Instant } from '../../core/instant.ts';
import { concludeFromCrl } from '../../core/revocation/conclude-from-crl.ts';
import { isRefusal, refuse } from '../../core/revocation/evidence.ts';
import type { AcceptedEvidence, Attempt, Refusal, RevocationFindings } from '../../core/revocation/status.ts';
import type { Certificate } from '../../core/x509/certificate.ts';
import type { IssuerKey } from '../../core/x509/path/path.ts';
import type { CrlSource } from './revocation-sources.ts';

export interface CrlRules {
  readonly at: Instant;
  readonly crlMaxAgeSeconds: number;
  readonly clockSkewSeconds: number;
}

/** Every list at hand is asked: one that proves "revoked" outweighs any number that say "good". */
export async function concludeFromCrls(
  crls: CrlSource,
  certificate: Certificate,
  issuer: IssuerKey,
  rules: CrlRules,
): Promise<RevocationFindings> {
  const loaded = await crls.loadCrls(issuer, certificate.extensions.cRLDistributionPoints ?? []);
  const { at, crlMaxAgeSeconds: maxAgeSeconds, clockSkewSeconds } = rules;
  const accepted: AcceptedEvidence[] = [];
  const attempts = loaded.map((one) => {
    if (!one.ok) return attempt('crl', one.source, refuse(one.code, one.detail), undefined, at);
    const { crl, undivided, supersededAt } = one;
    const evidence = { crl, certificate, issuer, at, maxAgeSeconds, clockSkewSeconds, undivided };
    const outcome = refuseSuperseded(concludeFromCrl(evidence), supersededAt, rules);
    if (!isRefusal(outcome)) accepted.push(outcome);
    return attempt('crl', one.source, isRefusal(outcome) ? outcome : null, crl.crl.thisUpdate, at);
  });
  const evidence = accepted.find(({ says }) => says.status === 'revoked') ?? accepted[0];
  return evidence === undefined ? undetermined(attempts) : { status: evidence.says.status, evidence, attempts };
}

/**
 * What an older list does not know yet is no sign of good: who puts one back in place of its successor, fresh by its own
 * nextUpdate, takes revocations back. A list from the future supersedes nothing yet.
 */
function refuseSuperseded(
  outcome: AcceptedEvidence | Refusal,
  supersededAt: Instant | undefined,
  { at, clockSkewSeconds }: CrlRules,
): AcceptedEvidence | Refusal {
  if (supersededAt === undefined || supersededAt > at + clockSkewSeconds * 1000) return outcome;
  if (isRefusal(outcome) || outcome.says.status !== 'good') return outcome;
  return refuse('superseded', 'a later CRL of the same scope was here before');
}

export function undetermined(attempts: readonly Attempt[]): RevocationFindings {
  return { status: 'undetermined', evidence: null, attempts };
}

export function attempt(
  method: 'ocsp' | 'crl',
  source: string,
  refusal: Refusal | null,
  thisUpdate: Instant | undefined,
  at: Instant,
): Attempt {
  return {
    method,
    source,
    outcome: refusal === null ? 'accepted' : 'refused',
    refusal,
    thisUpdate: thisUpdate ?? null,
    ageSeconds: thisUpdate === undefined ? null : Math.max(0, Math.floor((at - thisUpdate) / 1000)),
  };
}
