import type { CheckResult } from '../verdict/check.ts';
import { type CheckIdentity, failed, notApplicable, passed, reported } from '../verdict/result.ts';
import type { Certificate } from '../x509/certificate.ts';
import type { ValidatedPath } from '../x509/path/path.ts';
import { type CertifiedAttributes, decodeAttributes } from './attributes.ts';
import type { CertificateKind } from './certificate-kind.ts';
import { validateExtKeyUsage, validateKeyUsage } from './key-purpose.ts';
import type { CertificatePolicy, PolicyTable } from './policy-table.ts';
import { listDepartures } from './profile-layout.ts';
import { issuesFor } from './root-name.ts';
import type { TrustAnchors } from './trust-anchors.ts';

/** The checks of the JPKI profile, all on a certificate whose path was validated. Failures: CHAIN_CONSTRAINTS_FAILURE. */
export const PROFILE_CHECKS = {
  policy: { check: 'jpki.policy', clause: 'JPKI profile 3.2, certificatePolicies; RFC 5280 §4.2.1.4' },
  keyUsage: { check: 'jpki.key-usage', clause: 'JPKI profile 3.2, keyUsage; RFC 5280 §4.2.1.3' },
  extKeyUsage: { check: 'jpki.ext-key-usage', clause: 'JPKI profile 3.2, extKeyUsage; RFC 5280 §4.2.1.12' },
  subjectAltName: { check: 'jpki.subject-alt-name', clause: 'JPKI profile 3.2, subjectAltName' },
  attributes: { check: 'jpki.attributes', clause: 'JPKI profile 3.2, jpki-pd-*' },
  serialNumber: { check: 'jpki.serial-number', clause: 'RFC 5280 §4.1.2.2' },
  endEntity: { check: 'jpki.end-entity', clause: 'RFC 5280 §4.2.1.9, §4.2.1.3' },
  directIssuance: { check: 'jpki.direct-issuance', clause: 'JPKI profile 3.2: single-tier certification authorities' },
  anchorKind: { check: 'jpki.anchor-kind', clause: 'JPKI profile 3.2: one certification authority for each kind' },
  anchorPinned: { check: 'jpki.anchor-pinned', clause: 'https://www.jpki.go.jp/ca/: published fingerprints' },
  layout: { check: 'jpki.layout', clause: 'JPKI profile 3.2, extensions' },
} as const satisfies Record<string, CheckIdentity>;

/** What the profile says about the certificate. */
export interface ProfileResult {
  readonly checks: readonly CheckResult[];
  /** The one known policy; undefined when it has none, or several. */
  readonly policy: CertificatePolicy | undefined;
  /** Generation of the anchor's key, where a pin tells it. */
  readonly generation: number | null;
  /** Of a 署名用 certificate whose subjectAltName can be read. */
  readonly attributes: CertifiedAttributes | undefined;
}

const PROFILE_FAILURE = 'CHAIN_CONSTRAINTS_FAILURE';

/** No path, no profile: nothing is said about a certificate that nobody vouches for. */
export function profileWithoutPath(): ProfileResult {
  const checks = Object.values(PROFILE_CHECKS).map((identity) => notApplicable(identity));
  return { checks, policy: undefined, generation: null, attributes: undefined };
}

export function validateProfile(path: ValidatedPath, policies: PolicyTable, anchors: TrustAnchors): ProfileResult {
  const { target } = path;
  const identifiers = (target.extensions.certificatePolicies ?? []).map((one) => one.policyIdentifier);
  const known = identifiers.flatMap((identifier) => {
    const policy = policies.get(identifier);
    return policy === undefined || !allows(path, identifier) ? [] : [policy];
  });
  const policy = known.length === 1 ? known[0] : undefined;
  const subject = validateSubjectAltName(target, policy?.kind);
  const pin = anchors.pinOf(path.anchor);
  const checks = [
    policy === undefined
      ? failed(PROFILE_CHECKS.policy, PROFILE_FAILURE, { known: known.length, policies: identifiers.slice(0, 8) })
      : passed(PROFILE_CHECKS.policy, { policy: policy.policy }),
    validateKeyUsage(PROFILE_CHECKS.keyUsage, target, policy?.kind),
    validateExtKeyUsage(PROFILE_CHECKS.extKeyUsage, target, policy?.kind),
    ...subject.checks,
    validateSerialNumber(target),
    validateEndEntity(target),
    path.certificates.length === 1
      ? passed(PROFILE_CHECKS.directIssuance)
      : failed(PROFILE_CHECKS.directIssuance, PROFILE_FAILURE, { certificates: path.certificates.length }),
    validateAnchorKind(path, policy?.kind, pin?.kind),
    pin === undefined
      ? reported(PROFILE_CHECKS.anchorPinned, { pinned: false })
      : passed(PROFILE_CHECKS.anchorPinned, { anchor: pin.name, generation: pin.generation }),
    validateLayout(path, policy?.kind),
  ];
  return { checks, policy, generation: pin?.generation ?? null, attributes: subject.attributes };
}

/** RFC 5280 §6.1.6: a policy counts only where path validation left it valid. */
function allows(path: ValidatedPath, policy: string): boolean {
  return path.policies.includes(policy) || path.policies.includes('2.5.29.32.0');
}

function validateSubjectAltName(target: Certificate, kind: CertificateKind | undefined) {
  const unasked = [notApplicable(PROFILE_CHECKS.subjectAltName), notApplicable(PROFILE_CHECKS.attributes)];
  if (kind !== 'digital-signature') return { checks: unasked, attributes: undefined };
  const decoded = decodeAttributes(target.extensions.subjectAltName);
  if (!decoded.ok) {
    const detail = { reason: decoded.reason, attribute: decoded.of };
    const checks = [
      failed(PROFILE_CHECKS.subjectAltName, PROFILE_FAILURE, detail),
      notApplicable(PROFILE_CHECKS.attributes),
    ];
    return { checks, attributes: undefined };
  }
  const { attributes, warnings } = decoded;
  const checks = [
    passed(PROFILE_CHECKS.subjectAltName),
    warnings.length === 0 ? passed(PROFILE_CHECKS.attributes) : reported(PROFILE_CHECKS.attributes, { warnings }),
  ];
  return { checks, attributes };
}

/** RFC 5280 §4.1.2.2: positive, and no longer than 20 octets. */
function validateSerialNumber({ serialNumber: { positive, octets } }: Certificate): CheckResult {
  if (positive && octets.length <= 20) return passed(PROFILE_CHECKS.serialNumber);
  const reason = positive ? 'too-long' : 'not-positive';
  return failed(PROFILE_CHECKS.serialNumber, PROFILE_FAILURE, { reason });
}

/** A CA certificate signs certificates and CRLs; as a signer of content it is refused. */
function validateEndEntity({ extensions }: Certificate): CheckResult {
  const cA = extensions.basicConstraints?.cA === true;
  const keyCertSign = extensions.keyUsage?.has('keyCertSign') === true;
  if (!cA && !keyCertSign) return passed(PROFILE_CHECKS.endEntity);
  return failed(PROFILE_CHECKS.endEntity, PROFILE_FAILURE, { cA, keyCertSign });
}

function validateAnchorKind(
  path: ValidatedPath,
  kind: CertificateKind | undefined,
  pinned: CertificateKind | undefined,
): CheckResult {
  if (kind === undefined) return notApplicable(PROFILE_CHECKS.anchorKind);
  if (pinned !== undefined && pinned !== kind)
    return failed(PROFILE_CHECKS.anchorKind, PROFILE_FAILURE, { anchor: pinned, certificate: kind });
  const named = pinned ?? issuesFor(path.anchor.subject);
  if (named === kind) return passed(PROFILE_CHECKS.anchorKind, { anchor: named });
  return reported(PROFILE_CHECKS.anchorKind, { anchor: named ?? null, certificate: kind });
}

function validateLayout({ target, issuer }: ValidatedPath, kind: CertificateKind | undefined): CheckResult {
  if (kind === undefined) return notApplicable(PROFILE_CHECKS.layout);
  const departures = listDepartures(target, kind, issuer.certificate);
  return departures.length === 0 ? passed(PROFILE_CHECKS.layout) : reported(PROFILE_CHECKS.layout, { departures });
}
