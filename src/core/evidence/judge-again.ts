import { toHex } from '../bytes.ts';
import type { CryptoPrimitives } from '../crypto.ts';
import { DecodeError } from '../der/decode-error.ts';
import type { Instant } from '../instant.ts';
import type { PolicyTable } from '../jpki/policy-table.ts';
import { buildTrustAnchors } from '../jpki/trust-anchors.ts';
import { authenticateCrl } from '../revocation/authenticate-crl.ts';
import { concludeFromCrl } from '../revocation/conclude-from-crl.ts';
import { concludeFromOcsp, type DelegateStatus } from '../revocation/conclude-from-ocsp.ts';
import { decodeCrl } from '../revocation/decode-crl.ts';
import { isRefusal, refuse } from '../revocation/evidence.ts';
import type { AcceptedEvidence, Refusal, RevocationFindings } from '../revocation/status.ts';
import type { ChallengeFacts } from '../verification/challenge-facts.ts';
import { judgeConclusion } from '../verification/judge-conclusion.ts';
import { judgeSignature } from '../verification/judge-signature.ts';
import type { Report } from '../verification/report.ts';
import type { SignedObject } from '../verification/signed-object.ts';
import type { Certificate } from '../x509/certificate.ts';
import { issuerKeyOf } from '../x509/path/issuer-key.ts';
import type { IssuerKey, ValidatedPath } from '../x509/path/path.ts';
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
  /** About others than the signer's certificate. */
  readonly supportingCrls: readonly Uint8Array[];
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
  const { ocspResponse, crl, at } = matter;
  if (!path.certificates.slice(0, -1).every((_, place) => isIntermediateGood(matter, path, place, crypto)))
    return UNDETERMINED;
  if (ocspResponse !== undefined) return findingsOf(concludeOcsp(matter, ocspResponse, path, crypto));
  const { target: certificate, issuer } = path;
  if (crl !== undefined) return findingsOf(concludeList(matter, crl, { certificate, issuer, at }, crypto));
  return UNDETERMINED;
}

/** A leaf is worth what its CA is: what showed each CA in between good has to be there. */
function isIntermediateGood(
  matter: JudgedMatter,
  { anchor, certificates }: ValidatedPath,
  place: number,
  crypto: CryptoPrimitives,
): boolean {
  const certificate = certificates[place] as Certificate;
  const issuer = issuerKeyOf(certificates[place - 1] ?? anchor);
  return concludeFromSupport(matter, { certificate, issuer, at: matter.at }, crypto) === 'good';
}

/** RFC 6960 §4.2.2.2.1: what is there about a certificate beside the signer's. One list that says "revoked" outweighs others. */
function concludeFromSupport(matter: JudgedMatter, about: AskedAbout, crypto: CryptoPrimitives): DelegateStatus {
  const said = matter.supportingCrls.map((octets) => {
    const outcome = concludeList(matter, octets, about, crypto);
    return isRefusal(outcome) ? undefined : outcome.says.status;
  });
  return said.includes('revoked') ? 'revoked' : said.includes('good') ? 'good' : 'undetermined';
}

const UNDETERMINED: RevocationFindings = { status: 'undetermined', evidence: null, attempts: [] };

const findingsOf = (outcome: AcceptedEvidence | Refusal): RevocationFindings =>
  isRefusal(outcome) ? UNDETERMINED : { status: outcome.says.status, evidence: outcome, attempts: [] };

function concludeOcsp(
  matter: JudgedMatter,
  response: Uint8Array,
  { target: certificate, issuer }: ValidatedPath,
  crypto: CryptoPrimitives,
): AcceptedEvidence | Refusal {
  const { settings, rules } = matter;
  const at = settings.ocspJudgedAt === undefined ? matter.at : Date.parse(settings.ocspJudgedAt);
  return concludeFromOcsp({
    ...{ response, certificate, issuer, crypto, at },
    delegateStatus: (delegate) => concludeFromSupport(matter, { certificate: delegate, issuer, at }, crypto),
    maxAgeSeconds: settings.policy.ocspMaxAgeSeconds,
    clockSkewSeconds: rules.clockSkewSeconds,
  });
}

interface AskedAbout {
  readonly certificate: Certificate;
  readonly issuer: IssuerKey;
  readonly at: Instant;
}

function concludeList(
  { settings, rules }: JudgedMatter,
  octets: Uint8Array,
  { certificate, issuer, at }: AskedAbout,
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
