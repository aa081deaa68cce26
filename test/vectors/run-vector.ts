import { sign } from 'node:crypto';
import { toHex } from '../../src/core/bytes.ts';
import { decodeCms } from '../../src/core/cms/signed-data.ts';
import { findSignerCertificate } from '../../src/core/cms/signer-certificate.ts';
import { encodeUtf8 } from '../../src/core/der/strings.ts';
import { buildPolicyTable, type CertificatePolicy } from '../../src/core/jpki/policy-table.ts';
import { buildTrustAnchors } from '../../src/core/jpki/trust-anchors.ts';
import { concludeFromOcsp } from '../../src/core/revocation/conclude-from-ocsp.ts';
import { acceptEvidence, isRefusal } from '../../src/core/revocation/evidence.ts';
import type { AcceptedEvidence, Refusal, RevocationFindings } from '../../src/core/revocation/status.ts';
import type { ChallengeFacts } from '../../src/core/verification/challenge-facts.ts';
import { judgeConclusion } from '../../src/core/verification/judge-conclusion.ts';
import {
  judgeSignature,
  type SignatureInput,
  type SignatureJudgement,
} from '../../src/core/verification/judge-signature.ts';
import type { Report } from '../../src/core/verification/report.ts';
import type { SignedObject } from '../../src/core/verification/signed-object.ts';
import { decodeCertificate } from '../../src/core/x509/decode-certificate.ts';
import type { ValidatedPath } from '../../src/core/x509/path/path.ts';
import { nodeCrypto } from '../../src/platform/crypto.ts';
import { readFixture, readKey } from '../fixtures.ts';
import type { EvidenceInput, Octets, Vector } from './vector.ts';

const AT = '2026-06-01T03:00:00Z';
const PURPOSE = 'account-opening';
const ROOTS = ['digital-signature-1', 'digital-signature-2', 'user-authentication-1', 'user-authentication-2'];
const SMARTPHONE: readonly CertificatePolicy[] = [
  { policy: '2.25.266300803026933794118201424778164811105', kind: 'digital-signature', medium: 'smartphone' },
  { policy: '2.25.289850893183083625673452316312150553399', kind: 'user-authentication', medium: 'smartphone' },
];

const read = (octets: Octets): Uint8Array =>
  typeof octets === 'string' ? readFixture(octets) : encodeUtf8(octets.text);

function signatureOf(signature: Octets | { readonly by: string }, content: Uint8Array | undefined): Uint8Array {
  if (typeof signature === 'string' || 'text' in signature) return read(signature);
  return new Uint8Array(sign('sha256', content ?? new Uint8Array(), readKey(signature.by)));
}

function buildSigned({ signed = {} }: Vector['inputs']): SignedObject {
  const content = signed.content === null ? undefined : read(signed.content ?? 'content.bin');
  if (signed.format === 'cms') {
    const signedData = decodeCms(readFixture(signed.container ?? 'cms-attached.p7m'));
    const signerInfo = signedData.signerInfos[0];
    if (signerInfo === undefined) throw new Error('the container has no signer');
    const certificate = findSignerCertificate(signedData, signerInfo);
    if (certificate === undefined) throw new Error('the container has no signer certificate');
    const detachedContent = signed.content === undefined ? undefined : content;
    return { format: 'cms', signedData, signerInfo, certificate, detachedContent, untrusted: signedData.certificates };
  }
  const { digest } = signed;
  return {
    format: 'raw',
    certificate: decodeCertificate(readFixture(signed.certificate ?? 'leaf-digital-signature.crt')),
    algorithm: signed.algorithm ?? 'RS256',
    encoding: signed.encoding ?? 'der',
    signature: signatureOf(signed.signature ?? 'raw-rs256.sig', content),
    content: digest === undefined ? content : undefined,
    digest: digest && { algorithm: digest.algorithm, value: nodeCrypto.digest(digest.algorithm, read(digest.of)) },
  };
}

function buildChallenge({ challenge = { state: 'none' } }: Vector['inputs'], at: number): ChallengeFacts {
  if (challenge.state !== 'known') return { state: challenge.state };
  return {
    state: 'known',
    kind: challenge.kind ?? 'signature',
    purpose: challenge.purpose ?? PURPOSE,
    content: read(challenge.content ?? 'content.bin'),
    issuedAt: challenge.issuedAt === undefined ? at - 60_000 : Date.parse(challenge.issuedAt),
    expiresAt: challenge.expiresAt === undefined ? at + 240_000 : Date.parse(challenge.expiresAt),
    usedAt: challenge.usedAt === undefined ? null : Date.parse(challenge.usedAt),
  };
}

export function buildInput({ inputs }: Vector): SignatureInput {
  const at = Date.parse(inputs.at ?? AT);
  const files = inputs.anchors ?? ROOTS.map((name) => `root-${name}.crt`);
  const anchors = files.map((file) => decodeCertificate(readFixture(file)));
  const pins = Object.entries(inputs.pins ?? {}).map(([name, pin]) => {
    const sha256 = toHex(nodeCrypto.digest('SHA-256', readFixture(name)));
    return { name, ...pin, sha256, subjectKeyIdentifier: '' };
  });
  return {
    signed: buildSigned(inputs),
    purpose: inputs.purpose ?? PURPOSE,
    challenge: buildChallenge(inputs, at),
    acceptance: {
      kindsAccepted: ['digital-signature', 'user-authentication'],
      challengeRequired: false,
      digestAllowed: false,
      ...inputs.acceptance,
    },
    anchors: buildTrustAnchors(anchors, nodeCrypto, pins),
    policies: buildPolicyTable(inputs.policies ?? { testPolicies: true, additional: SMARTPHONE }),
    at,
    crypto: nodeCrypto,
  };
}

function ask(evidence: EvidenceInput, path: ValidatedPath, at: number): AcceptedEvidence | Refusal {
  if ('ocsp' in evidence) {
    const response = readFixture(evidence.ocsp);
    const rules = { at, maxAgeSeconds: 3_600, clockSkewSeconds: 0 };
    return concludeFromOcsp({ response, certificate: path.target, issuer: path.issuer, ...rules, crypto: nodeCrypto });
  }
  const { says: status, revokedAt, reason } = evidence;
  return acceptEvidence({
    method: 'ocsp',
    says:
      status === 'revoked' ? { status, revokedAt: Date.parse(revokedAt ?? ''), reason: reason ?? null } : { status },
    thisUpdate: at - 1000,
    nextUpdate: null,
    producedAt: at - 1000,
    crlNumber: null,
    der: new Uint8Array(),
  });
}

/** Plays the gateway: one OCSP answer, accepted or refused by the rules of the core. */
export function gather(first: SignatureJudgement, evidence: Vector['inputs']['evidence']): RevocationFindings | null {
  const { path, holds, at } = first;
  if (!holds || path === undefined) return null;
  const attempt = { method: 'ocsp', source: 'fixture', thisUpdate: null, ageSeconds: null } as const;
  if (evidence === null) {
    const refusal = { refused: 'timeout', detail: 'no answer' } as const;
    return { status: 'undetermined', evidence: null, attempts: [{ ...attempt, outcome: 'refused', refusal }] };
  }
  const answer = ask(evidence ?? { ocsp: 'ocsp-good.der' }, path, at);
  if (isRefusal(answer))
    return { status: 'undetermined', evidence: null, attempts: [{ ...attempt, outcome: 'refused', refusal: answer }] };
  const { thisUpdate } = answer;
  const ageSeconds = (at - thisUpdate) / 1000;
  const accepted = { ...attempt, outcome: 'accepted', refusal: null, thisUpdate, ageSeconds } as const;
  return { status: answer.says.status, evidence: answer, attempts: [accepted] };
}

export function runVector(vector: Vector): { readonly first: SignatureJudgement; readonly report: Report } {
  const first = judgeSignature(buildInput(vector));
  return { first, report: judgeConclusion({ first, findings: gather(first, vector.inputs.evidence) }) };
}
