import type { CryptoPrimitives } from '../../core/crypto.ts';
import type { Instant } from '../../core/instant.ts';
import type { CertificateKind } from '../../core/jpki/certificate-kind.ts';
import { concludeFromOcsp, type DelegateStatus, type OcspEvidence } from '../../core/revocation/conclude-from-ocsp.ts';
import { createDelegateMemory, type DelegateMemory } from '../../core/revocation/delegate-memory.ts';
import { isRefusal, refuse } from '../../core/revocation/evidence.ts';
import { buildCertId, type CertIdHash } from '../../core/revocation/ocsp-cert-id.ts';
import { encodeOcspRequest } from '../../core/revocation/ocsp-request.ts';
import type { AcceptedEvidence, Attempt, Refusal, RevocationFindings } from '../../core/revocation/status.ts';
import type { Certificate } from '../../core/x509/certificate.ts';
import { issuerKeyOf } from '../../core/x509/path/issuer-key.ts';
import type { ValidatedPath } from '../../core/x509/path/path.ts';
import { attempt, concludeFromCrls, undetermined } from './conclude-from-crls.ts';
import type { CrlSource, OcspSource } from './revocation-sources.ts';

/** `ocsp-then-crl` asks for CRLs when OCSP leaves the status undetermined; a signed `unknown` or `revoked` is final. */
export type RevocationMethod = 'ocsp' | 'crl' | 'ocsp-then-crl';

export interface RevocationQuestion {
  readonly method: RevocationMethod;
  readonly path: ValidatedPath;
  readonly kind: CertificateKind;
  readonly at: Instant;
  readonly ocspMaxAgeSeconds: number;
  readonly crlMaxAgeSeconds: number;
  readonly clockSkewSeconds: number;
}

/**
 * `ocspResponse`: the body that the findings rest on, to be kept as evidence, and the instant that it was judged at.
 * `supportingCrls`: the lists that showed others good on whom the findings rest: CAs between root and leaf, the responder.
 */
export type GatheredRevocation = RevocationFindings & {
  readonly ocspResponse?: Uint8Array;
  readonly ocspJudgedAt?: Instant;
  readonly supportingCrls?: readonly Uint8Array[];
};

export interface RevocationGateway {
  /** Asks the sources and judges what they give. Never rejects for what a source does. */
  gatherRevocation(question: RevocationQuestion): Promise<GatheredRevocation>;
}

export interface RevocationGatewayOptions {
  readonly ocsp: OcspSource;
  readonly crls: CrlSource;
  readonly crypto: CryptoPrimitives;
  readonly certIdHash: CertIdHash;
  /** `send`: a response without nonce is accepted, one with another nonce is not. */
  readonly nonce: 'none' | 'send' | 'require';
  readonly randomBytes: (length: number) => Uint8Array;
}

const NONCE_OCTETS = 32;

export function createRevocationGateway(options: RevocationGatewayOptions): RevocationGateway {
  const delegates = createDelegateMemory();
  return {
    async gatherRevocation(question) {
      const above = await judgeIntermediates(options, question);
      if (above.doubt !== undefined) return undetermined(above.doubt);
      const findings = await askAboutTarget(options, delegates, question);
      const supportingCrls = [...above.crls, ...(findings.supportingCrls ?? [])];
      return supportingCrls.length === 0 ? findings : { ...findings, supportingCrls };
    },
  };
}

async function askAboutTarget(
  options: RevocationGatewayOptions,
  delegates: DelegateMemory,
  question: RevocationQuestion,
): Promise<GatheredRevocation> {
  const { target, issuer } = question.path;
  if (question.method === 'crl') return concludeFromCrls(options.crls, target, issuer, question);
  const byOcsp = await askOcsp(options, delegates, question);
  if (question.method === 'ocsp' || byOcsp.status !== 'undetermined') return byOcsp;
  const byCrl = await concludeFromCrls(options.crls, target, issuer, question);
  return { ...byCrl, attempts: [...byOcsp.attempts, ...byCrl.attempts] };
}

async function askOcsp(
  options: RevocationGatewayOptions,
  delegates: DelegateMemory,
  question: RevocationQuestion,
): Promise<GatheredRevocation> {
  const { ocsp, crypto, certIdHash, randomBytes } = options;
  const { target, issuer } = question.path;
  const nonce = options.nonce === 'none' ? undefined : randomBytes(NONCE_OCTETS);
  const certId = { ...buildCertId(target, issuer, certIdHash, crypto), hashAlgorithm: certIdHash };
  const askedAt = performance.now();
  const fetched = await ocsp.fetchOcspResponse(question.kind, encodeOcspRequest({ certId, nonce }));
  // A response made while we waited is not from the future: it is judged at the instant when it came in.
  const at = question.at + Math.ceil(performance.now() - askedAt);
  if (!fetched.ok) {
    const refusal = refuse(fetched.code, fetched.detail);
    return undetermined([attempt('ocsp', fetched.source, refusal, undefined, at)]);
  }
  const { outcome, delegateCrl } = await concludeWithDelegate(options, question, {
    response: fetched.bytes,
    certificate: target,
    issuer,
    at,
    maxAgeSeconds: question.ocspMaxAgeSeconds,
    clockSkewSeconds: question.clockSkewSeconds,
    nonce,
    nonceRequired: options.nonce === 'require',
    crypto,
    delegates,
  });
  if (isRefusal(outcome)) return undetermined([attempt('ocsp', fetched.source, outcome, undefined, at)]);
  return {
    status: outcome.says.status,
    evidence: outcome,
    attempts: [attempt('ocsp', fetched.source, null, outcome.thisUpdate, at)],
    ocspResponse: fetched.bytes,
    ocspJudgedAt: at,
    ...(delegateCrl === undefined ? {} : { supportingCrls: [delegateCrl] }),
  };
}

/**
 * JPKI has no CAs between root and leaf. Where a path has some all the same, each has to be shown good by a CRL of its
 * issuer's before the leaf is asked about: a leaf is worth what its CA is.
 */
async function judgeIntermediates(
  { crls }: RevocationGatewayOptions,
  question: RevocationQuestion,
): Promise<{ readonly doubt?: readonly Attempt[]; readonly crls: readonly Uint8Array[] }> {
  const { anchor, certificates } = question.path;
  const reliedOn: Uint8Array[] = [];
  for (const [i, certificate] of certificates.slice(0, -1).entries()) {
    const issuer = issuerKeyOf(certificates[i - 1] ?? anchor);
    const { status, evidence, attempts } = await concludeFromCrls(crls, certificate, issuer, question);
    if (status !== 'good' || evidence === null) return { doubt: attempts, crls: [] };
    reliedOn.push(evidence.der);
  }
  return { crls: reliedOn };
}

/** Judges the response; where all depends on a delegate without nocheck, the CRLs about the delegate are asked first. */
async function concludeWithDelegate(
  options: RevocationGatewayOptions,
  question: RevocationQuestion,
  evidence: OcspEvidence,
): Promise<{ readonly outcome: AcceptedEvidence | Refusal; readonly delegateCrl?: Uint8Array }> {
  let delegate: Certificate | undefined;
  const first = concludeFromOcsp({
    ...evidence,
    delegateStatus(certificate) {
      delegate = certificate;
      return 'undetermined';
    },
  });
  if (delegate === undefined) return { outcome: first };
  const about = await concludeFromCrls(options.crls, delegate, evidence.issuer, { ...question, at: evidence.at });
  const { status } = about;
  const delegateStatus: DelegateStatus = status === 'good' || status === 'revoked' ? status : 'undetermined';
  const outcome = concludeFromOcsp({ ...evidence, delegateStatus: () => delegateStatus });
  return about.evidence === null ? { outcome } : { outcome, delegateCrl: about.evidence.der };
}
