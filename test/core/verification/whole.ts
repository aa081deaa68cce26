import { decodeCms } from '../../../src/core/cms/signed-data.ts';
import { findSignerCertificate } from '../../../src/core/cms/signer-certificate.ts';
import { DecodeError } from '../../../src/core/der/decode-error.ts';
import type { CertificateKind } from '../../../src/core/jpki/certificate-kind.ts';
import { buildPolicyTable } from '../../../src/core/jpki/policy-table.ts';
import { buildTrustAnchors } from '../../../src/core/jpki/trust-anchors.ts';
import { authenticateCrl } from '../../../src/core/revocation/authenticate-crl.ts';
import { concludeFromCrl } from '../../../src/core/revocation/conclude-from-crl.ts';
import { concludeFromOcsp } from '../../../src/core/revocation/conclude-from-ocsp.ts';
import { decodeCrl } from '../../../src/core/revocation/decode-crl.ts';
import { isRefusal } from '../../../src/core/revocation/evidence.ts';
import type { AcceptedEvidence, Refusal } from '../../../src/core/revocation/status.ts';
import type { JwaAlgorithm } from '../../../src/core/signature/jwa-algorithm.ts';
import type { ChallengeFacts } from '../../../src/core/verification/challenge-facts.ts';
import { judgeConclusion } from '../../../src/core/verification/judge-conclusion.ts';
import { judgeSignature } from '../../../src/core/verification/judge-signature.ts';
import type { Report } from '../../../src/core/verification/report.ts';
import type { SignedObject } from '../../../src/core/verification/signed-object.ts';
import { decodeCertificate } from '../../../src/core/x509/decode-certificate.ts';
import type { ValidatedPath } from '../../../src/core/x509/path/path.ts';
import { nodeCrypto } from '../../../src/platform/crypto.ts';
import { FIXTURE_NOW, readFixture } from '../../fixtures.ts';

/** Everything that one verification goes by, as it came in: octets and settings, nothing decoded. */
export interface Whole {
  readonly format: 'raw' | 'cms';
  /** raw: certificate, signature, content. cms: container, and content where it is detached. */
  readonly certificate: Uint8Array;
  readonly signature: Uint8Array;
  readonly container: Uint8Array;
  readonly content: Uint8Array | undefined;
  readonly algorithm: JwaAlgorithm;
  readonly encoding: 'der' | 'p1363';
  readonly method: 'ocsp' | 'crl';
  readonly evidence: Uint8Array;
  readonly nonce: Uint8Array | undefined;
  readonly anchors: readonly Uint8Array[];
  readonly at: number;
  readonly purpose: string;
  readonly challenge: ChallengeFacts;
  readonly kindsAccepted: readonly CertificateKind[];
  readonly testPolicies: boolean;
}

export const OCTET_PARTS = ['certificate', 'signature', 'container', 'content', 'evidence'] as const;
export type OctetPart = (typeof OCTET_PARTS)[number];

const ROOTS = ['digital-signature-1', 'digital-signature-2', 'user-authentication-1', 'user-authentication-2'];
const nothing = new Uint8Array();

/** Over the challenge's bytes, as a relying party sends it. */
const usual: Whole = {
  format: 'raw',
  certificate: readFixture('leaf-digital-signature.crt'),
  signature: readFixture('raw-rs256.sig'),
  container: nothing,
  content: readFixture('content.bin'),
  algorithm: 'RS256',
  encoding: 'der',
  method: 'ocsp',
  evidence: readFixture('ocsp-good.der'),
  nonce: undefined,
  anchors: ROOTS.map((name) => readFixture(`root-${name}.crt`)),
  at: FIXTURE_NOW,
  purpose: 'account-opening',
  challenge: {
    state: 'known',
    kind: 'signature',
    purpose: 'account-opening',
    content: readFixture('content.bin'),
    issuedAt: FIXTURE_NOW - 60_000,
    expiresAt: FIXTURE_NOW + 240_000,
    usedAt: null,
  },
  kindsAccepted: ['digital-signature', 'user-authentication'],
  testPolicies: true,
};
const byCrl = { method: 'crl', evidence: readFixture('crl-kiyose.crl') } as const;
const authentication = {
  certificate: readFixture('leaf-user-authentication.crt'),
  signature: readFixture('raw-rs256-authentication.sig'),
} as const;
const inContainer = (file: string): Pick<Whole, 'format' | 'container' | 'content' | 'certificate' | 'signature'> => ({
  format: 'cms',
  container: readFixture(file),
  content: undefined,
  certificate: nothing,
  signature: nothing,
});

/** Verifications that pass: both formats, both kinds, both ways of asking about revocation. */
export const PASSING: Readonly<Record<string, Whole>> = {
  'raw, digital-signature, OCSP by a delegate': usual,
  'raw, digital-signature, OCSP with our nonce': {
    ...usual,
    evidence: readFixture('ocsp-good-nonce.der'),
    nonce: Uint8Array.from({ length: 16 }, (_, i) => i),
  },
  'raw, digital-signature, CRL': { ...usual, ...byCrl },
  'raw, user-authentication, OCSP': {
    ...usual,
    ...authentication,
    evidence: readFixture('ocsp-good-authentication.der'),
  },
  'raw, user-authentication, CRL': {
    ...usual,
    ...authentication,
    method: 'crl',
    evidence: readFixture('crl-authentication-kiyose.crl'),
  },
  'CMS, attached, OCSP by the CA': {
    ...usual,
    ...inContainer('cms-attached.p7m'),
    evidence: readFixture('ocsp-good-ca-signed.der'),
  },
  'CMS, signingCertificateV2, CRL': { ...usual, ...inContainer('cms-signing-certificate-v2.p7m'), ...byCrl },
  'CMS, by key identifier, OCSP': { ...usual, ...inContainer('cms-subject-key-identifier.p7m') },
  'CMS, detached, OCSP': { ...usual, ...inContainer('cms-detached.p7m'), content: usual.content },
};

/** Undefined where the request is refused before anything is judged. */
function buildSigned(whole: Whole): SignedObject | undefined {
  if (whole.format === 'raw') {
    const { algorithm, encoding, signature, content } = whole;
    const certificate = decodeCertificate(whole.certificate);
    return { format: 'raw', certificate, algorithm, encoding, signature, content, digest: undefined };
  }
  const signedData = decodeCms(whole.container);
  const [signerInfo, ...others] = signedData.signerInfos;
  const certificate = signerInfo && findSignerCertificate(signedData, signerInfo);
  if (signerInfo === undefined || certificate === undefined || others.length > 0) return undefined;
  const untrusted = signedData.certificates;
  return { format: 'cms', signedData, signerInfo, certificate, detachedContent: whole.content, untrusted };
}

function conclude({ method, evidence, at, nonce }: Whole, path: ValidatedPath): AcceptedEvidence | Refusal {
  const about = { certificate: path.target, issuer: path.issuer, at, maxAgeSeconds: 3_600, clockSkewSeconds: 0 };
  if (method === 'ocsp') {
    const asked = nonce === undefined ? {} : { nonce, nonceRequired: true };
    return concludeFromOcsp({ ...about, ...asked, response: evidence, crypto: nodeCrypto });
  }
  const crl = authenticateCrl(decodeCrl(evidence), path.issuer, nodeCrypto);
  return isRefusal(crl) ? crl : concludeFromCrl({ ...about, crl, undivided: false });
}

/** The whole verification; undefined where something in it does not decode. */
export function verifyWhole(whole: Whole): Report | undefined {
  try {
    const signed = buildSigned(whole);
    if (signed === undefined) return undefined;
    const { purpose, challenge, kindsAccepted, at, testPolicies } = whole;
    const first = judgeSignature({
      signed,
      purpose,
      challenge,
      acceptance: { kindsAccepted, challengeRequired: true, digestAllowed: false },
      anchors: buildTrustAnchors(whole.anchors.map(decodeCertificate), nodeCrypto, []),
      policies: buildPolicyTable({ testPolicies }),
      at,
      crypto: nodeCrypto,
    });
    if (!first.holds || first.path === undefined) return judgeConclusion({ first, findings: null });
    const answer = conclude(whole, first.path);
    const findings = isRefusal(answer)
      ? ({ status: 'undetermined', evidence: null, attempts: [] } as const)
      : ({ status: answer.says.status, evidence: answer, attempts: [] } as const);
    return judgeConclusion({ first, findings });
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

export const passes = (whole: Whole): boolean => verifyWhole(whole)?.indication === 'TOTAL-PASSED';
