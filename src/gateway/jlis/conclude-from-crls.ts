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
    const { crl, undivided } = one;
    const outcome = concludeFromCrl({ crl, certificate, issuer, at, maxAgeSeconds, clockSkewSeconds, undivided });
    if (!isRefusal(outcome)) accepted.push(outcome);
    return attempt('crl', one.source, isRefusal(outcome) ? outcome : null, crl.crl.thisUpdate, at);
  });
  const evidence = accepted.find(({ says }) => says.status === 'revoked') ?? accepted[0];
  return evidence === undefined ? undetermined(attempts) : { status: evidence.says.status, evidence, attempts };
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
