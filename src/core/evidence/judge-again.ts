import { toHex } from '../bytes.ts';
import type { CryptoPrimitives } from '../crypto.ts';
import { DecodeError } from '../der/decode-error.ts';
import type { Instant } from '../instant.ts';
import type { PolicyTable } from '../jpki/policy-table.ts';
import { buildTrustAnchors } from '../jpki/trust-anchors.ts';
import { authenticateCrl } from '../revocation/authenticate-crl.ts';
import { concludeFromCrl } from '../revocation/conclude-from-crl.ts';
import { concludeFromOcsp } from '../revocation/conclude-from-ocsp.ts';
import { decodeCrl } from '../revocation/decode-crl.ts';
import { isRefusal, refuse } from '../revocation/evidence.ts';
import type { AcceptedEvidence, Refusal, RevocationFindings } from '../revocation/status.ts';
import type { ChallengeFacts } from '../verification/challenge-facts.ts';
import { judgeConclusion } from '../verification/judge-conclusion.ts';
import { judgeSignature } from '../verification/judge-signature.ts';
import type { Report } from '../verification/report.ts';
import type { SignedObject } from '../verification/signed-object.ts';
import type { Certificate } from '../x509/certificate.ts';
import type { ValidatedPath } from '../x509/path/path.ts';
import { adoptFromFile, type RecordedReport } from './recorded-report.ts';
import type { ChallengeInForce, RulesInForce, SettingsInForce } from './settings-in-force.ts';

/** All that a verification was judged by. */
export interface JudgedMatter {
  readonly signed: SignedObject;
  readonly purpose: string;
  readonly at: Instant;
  readonly settings: SettingsInForce;
  readonly rules: RulesInForce;
  readonly anchors: readonly Certificate[];
  readonly ocspResponse: Uint8Array | undefined;
  readonly crl: Uint8Array | undefined;
}

export interface JudgedAgain {
  readonly report: Report;
  /** The trust anchor that the path ends at. */
  readonly anchor: Certificate | undefined;
  /** Checks that rest on what the deployment had on file, and are taken from the record. */
  readonly takenFromRecord: readonly string[];
}

/** The same judgement at the same instant, by today's code. */
export function judgeAgain(matter: JudgedMatter, recorded: RecordedReport, crypto: CryptoPrimitives): JudgedAgain {
  const { signed, purpose, at, settings, rules } = matter;
  const policies: PolicyTable = new Map(rules.certificatePolicies.map((known) => [known.policy, known]));
  const first = judgeSignature({
    ...{ signed, purpose, at, policies, crypto },
    challenge: challengeFacts(settings.challenge, signed),
    acceptance: settings.policy,
    anchors: buildTrustAnchors(matter.anchors, crypto),
  });
  const { path, profile, holds } = first;
  const asked = holds && path !== undefined && profile.policy !== undefined;
  const findings = asked ? concludeFromEvidence(matter, path, crypto) : null;
  const adopted = adoptFromFile(judgeConclusion({ first, findings }), recorded, first.signedAfter);
  return { ...adopted, anchor: path?.anchor };
}

function challengeFacts(challenge: ChallengeInForce, signed: SignedObject): ChallengeFacts {
  if (challenge.state !== 'known') return { state: challenge.state };
  const shown = signed.format === 'cms' ? (signed.signedData.eContent ?? signed.detachedContent) : signed.content;
  return {
    ...{ state: 'known', kind: challenge.kind, purpose: challenge.purpose },
    content: challenge.contentShown && shown !== undefined ? shown : otherThan(shown),
    issuedAt: Date.parse(challenge.issuedAt),
    expiresAt: Date.parse(challenge.expiresAt),
    usedAt: challenge.usedAt === null ? null : Date.parse(challenge.usedAt),
  };
}

/** Any other octets are judged as the challenge's own were. */
const otherThan = (shown: Uint8Array | undefined): Uint8Array => new Uint8Array((shown?.length ?? 0) + 1);

function concludeFromEvidence(matter: JudgedMatter, path: ValidatedPath, crypto: CryptoPrimitives): RevocationFindings {
  const { ocspResponse, crl } = matter;
  if (ocspResponse !== undefined) return findingsOf(concludeOcsp(matter, ocspResponse, path, crypto));
  if (crl !== undefined) return findingsOf(concludeList(matter, crl, path, crypto));
  return UNDETERMINED;
}

const UNDETERMINED: RevocationFindings = { status: 'undetermined', evidence: null, attempts: [] };

const findingsOf = (outcome: AcceptedEvidence | Refusal): RevocationFindings =>
  isRefusal(outcome) ? UNDETERMINED : { status: outcome.says.status, evidence: outcome, attempts: [] };

function concludeOcsp(
  { at, settings, rules }: JudgedMatter,
  response: Uint8Array,
  { target: certificate, issuer }: ValidatedPath,
  crypto: CryptoPrimitives,
): AcceptedEvidence | Refusal {
  return concludeFromOcsp({
    ...{ response, certificate, issuer, crypto },
    at: settings.ocspJudgedAt === undefined ? at : Date.parse(settings.ocspJudgedAt),
    maxAgeSeconds: settings.policy.ocspMaxAgeSeconds,
    clockSkewSeconds: rules.clockSkewSeconds,
  });
}

function concludeList(
  { at, settings, rules }: JudgedMatter,
  octets: Uint8Array,
  { target: certificate, issuer }: ValidatedPath,
  crypto: CryptoPrimitives,
): AcceptedEvidence | Refusal {
  try {
    const crl = authenticateCrl(decodeCrl(octets), issuer, crypto);
    if (isRefusal(crl)) return crl;
    const key = toHex(crypto.digest('SHA-256', issuer.subjectPublicKeyInfo.der));
    return concludeFromCrl({
      ...{ crl, certificate, issuer, at },
      maxAgeSeconds: settings.policy.crlMaxAgeSeconds,
      clockSkewSeconds: rules.clockSkewSeconds,
      undivided: rules.undividedCaKeys.includes(key),
    });
  } catch (error) {
    if (error instanceof DecodeError) return refuse('malformed', `not a DER CRL: ${error.code}`);
    throw error;
  }
}
