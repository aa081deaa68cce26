import { buildPolicyTable } from '../../core/jpki/policy-table.ts';
import { buildTrustAnchors } from '../../core/jpki/trust-anchors.ts';
import { judgeConclusion } from '../../core/verification/judge-conclusion.ts';
import { judgeSignature } from '../../core/verification/judge-signature.ts';
import type { SignedObject } from '../../core/verification/signed-object.ts';
import type { Certificate } from '../../core/x509/certificate.ts';
import { decodeRequest, refuseUnsupported } from '../../features/verification/decode-request.ts';
import type { VerifyRequest } from '../../features/verification/wire.ts';
import { nodeCrypto } from '../../platform/crypto.ts';
import { readChallenge } from './case-challenges.ts';
import { CaseEvidence } from './case-evidence.ts';
import { CaseFields, COMMON } from './case-fields.ts';
import { CaseProblem, type Verdict } from './verdict.ts';
import { gatherFindings } from './verification-evidence.ts';
import { validateVerifyRequest } from './verify-request.ts';

const EVIDENCE = ['anchors', 'untrusted', 'ocspResponses', 'crls', 'undividedCrls', 'challenges'];
const FIELDS = [...COMMON, 'request', ...EVIDENCE];
/** A tenant's own at first, but that old evidence need not have a challenge. */
const ACCEPTANCE = {
  kindsAccepted: ['digital-signature', 'user-authentication'],
  challengeRequired: false,
  digestAllowed: false,
} as const;

const OUTCOMES = { 'TOTAL-PASSED': 'accepted', 'TOTAL-FAILED': 'rejected', INDETERMINATE: 'indeterminate' } as const;

/** `POST /jpki/verify` with the evidence at hand: the JPKI profile and all, nothing stored, nobody asked. */
export function judgeVerificationCase(value: unknown): Verdict {
  const fields = new CaseFields(value, FIELDS);
  const undivided = fields.settings(['undividedCrls']).flag('undividedCrls') || fields.flag('undividedCrls');
  const at = fields.instant('at');
  const request = validateVerifyRequest(fields.raw('request'));
  const challenge = readChallenge(fields, request.challengeId);
  const evidence = new CaseEvidence(fields);
  const anchors = buildTrustAnchors(evidence.anchors(), nodeCrypto);
  const untrusted = evidence.untrusted();
  const ocspResponses = evidence.each('ocspResponses', 'ocsp-response');
  const crls = evidence.crls();
  const decoded = decodeSigned(request, challenge.state === 'known' ? challenge.content : undefined);
  if ('outcome' in decoded) return decoded;
  // Test cards are known only where no production root is trusted: the two never mix.
  const testPolicies = anchors.unpinned.length === anchors.certificates.length;
  const first = judgeSignature({
    signed: withUntrusted(decoded, untrusted),
    purpose: request.purpose,
    challenge,
    acceptance: ACCEPTANCE,
    anchors,
    policies: buildPolicyTable({ testPolicies }),
    at,
    crypto: nodeCrypto,
  });
  const { path, holds } = first;
  const method = request.revocation?.method;
  const findings =
    holds && path !== undefined
      ? gatherFindings({ path, at, method, ocspResponses, crls, undivided, untrusted })
      : null;
  const { indication, subIndication, checks, revocation } = judgeConclusion({ first, findings });
  return {
    outcome: OUTCOMES[indication],
    indication,
    ...(subIndication === null ? {} : { subIndication }),
    ...(revocation === null ? {} : { status: revocation.status }),
    failedChecks: checks.filter(({ outcome }) => outcome === 'failed').map(({ check }) => check),
  };
}

/** Octets that the service would refuse as unreadable are evidence that does not decode; other refusals are the case's. */
function decodeSigned(request: VerifyRequest, issued: Uint8Array | undefined): SignedObject | Verdict {
  const unsupported = refuseUnsupported(request);
  const decoded = unsupported ?? decodeRequest(request, issued);
  if (decoded.ok) return decoded.signed;
  switch (decoded.code) {
    case 'certificate-unreadable':
    case 'cms-unreadable':
    case 'signer-count':
      return {
        ...{ outcome: 'rejected', indication: 'TOTAL-FAILED', subIndication: 'FORMAT_FAILURE' },
        failedChecks: [`request.${decoded.code}`],
      };
    case 'signer-certificate-missing':
      return {
        ...{ outcome: 'indeterminate', indication: 'INDETERMINATE', subIndication: 'NO_SIGNING_CERTIFICATE_FOUND' },
        failedChecks: [`request.${decoded.code}`],
      };
    default: {
      const said = decoded.errors?.map(({ pointer, message }) => `${pointer} ${message}`) ?? [];
      throw new CaseProblem(`"request" is refused (${decoded.code}): ${said.join('; ')}`);
    }
  }
}

function withUntrusted(signed: SignedObject, untrusted: readonly Certificate[]): SignedObject {
  return signed.format === 'cms' ? { ...signed, untrusted: [...signed.untrusted, ...untrusted] } : signed;
}
