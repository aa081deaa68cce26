import { authenticateCrl } from '../../core/revocation/authenticate-crl.ts';
import { concludeFromCrl } from '../../core/revocation/conclude-from-crl.ts';
import { concludeFromOcsp } from '../../core/revocation/conclude-from-ocsp.ts';
import type { Crl } from '../../core/revocation/crl.ts';
import { isRefusal } from '../../core/revocation/evidence.ts';
import type { AcceptedEvidence, Attempt, Refusal, RevocationFindings } from '../../core/revocation/status.ts';
import type { Certificate } from '../../core/x509/certificate.ts';
import type { ValidatedPath } from '../../core/x509/path/path.ts';
import type { RevocationMethod } from '../../features/tenants/caller.ts';
import { nodeCrypto } from '../../platform/crypto.ts';
import { CRL_FRESHNESS, OCSP_FRESHNESS } from './case-evidence.ts';

export interface EvidenceAtHand {
  readonly path: ValidatedPath;
  readonly at: number;
  /** Undefined: all evidence is consulted. */
  readonly method: RevocationMethod | undefined;
  readonly ocspResponses: readonly Uint8Array[];
  readonly crls: readonly Crl[];
  readonly undivided: boolean;
  readonly untrusted: readonly Certificate[];
}

const SEVERITY = { good: 0, unknown: 1, revoked: 2 } as const;

/** What the evidence says of the target, by the service's own rules; of several words that are accepted the worst counts. */
export function gatherFindings(evidence: EvidenceAtHand): RevocationFindings {
  const { method, path } = evidence;
  const byOcsp = method === 'crl' ? undetermined : concludeFromResponses(evidence);
  if (method === 'ocsp' || (method === 'ocsp-then-crl' && byOcsp.status !== 'undetermined')) return byOcsp;
  const byCrl = concludeFromLists(evidence, path.target);
  return worst([byOcsp, byCrl]);
}

const undetermined: RevocationFindings = { status: 'undetermined', evidence: null, attempts: [] };

function concludeFromResponses(evidence: EvidenceAtHand): RevocationFindings {
  const { path, at, ocspResponses, untrusted } = evidence;
  const { target: certificate, issuer } = path;
  const rules = { certificate, issuer, at, untrusted, ...OCSP_FRESHNESS, crypto: nodeCrypto };
  return worst(
    ocspResponses.map((response, i) => {
      const outcome = concludeFromOcsp({
        ...{ ...rules, response },
        delegateStatus(delegate) {
          const { status } = concludeFromLists(evidence, delegate);
          return status === 'good' || status === 'revoked' ? status : 'undetermined';
        },
      });
      return findingsOf('ocsp', `ocspResponses[${i}]`, outcome, at);
    }),
  );
}

/** Lists by the certificate's own CA key alone. */
function concludeFromLists({ path, at, crls, undivided }: EvidenceAtHand, certificate: Certificate) {
  const { issuer } = path;
  return worst(
    crls.map((crl, i) => {
      const list = authenticateCrl(crl, issuer, nodeCrypto);
      const rules = { certificate, issuer, at, undivided, ...CRL_FRESHNESS };
      const outcome = isRefusal(list) ? list : concludeFromCrl({ ...rules, crl: list });
      return findingsOf('crl', `crls[${i}]`, outcome, at);
    }),
  );
}

function findingsOf(
  method: Attempt['method'],
  source: string,
  outcome: AcceptedEvidence | Refusal,
  at: number,
): RevocationFindings {
  if (isRefusal(outcome)) {
    const attempt = {
      method,
      source,
      outcome: 'refused',
      refusal: outcome,
      thisUpdate: null,
      ageSeconds: null,
    } as const;
    return { ...undetermined, attempts: [attempt] };
  }
  const { thisUpdate, says } = outcome;
  const ageSeconds = Math.max(0, Math.floor((at - thisUpdate) / 1000));
  const attempt = { method, source, outcome: 'accepted', refusal: null, thisUpdate, ageSeconds } as const;
  return { status: says.status, evidence: outcome, attempts: [attempt] };
}

function worst(findings: readonly RevocationFindings[]): RevocationFindings {
  const attempts = findings.flatMap((one) => one.attempts);
  const [weightiest] = findings
    .flatMap(({ evidence }) => evidence ?? [])
    .sort((a, b) => SEVERITY[b.says.status] - SEVERITY[a.says.status]);
  if (weightiest === undefined) return { ...undetermined, attempts };
  return { status: weightiest.says.status, evidence: weightiest, attempts };
}
