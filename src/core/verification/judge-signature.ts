import { verifyReferencedPath } from '../cms/signing-certificate-checks.ts';
import type { CryptoPrimitives } from '../crypto.ts';
import type { Instant } from '../instant.ts';
import type { CertificateKind } from '../jpki/certificate-kind.ts';
import type { PolicyTable } from '../jpki/policy-table.ts';
import { PROFILE_CHECKS, type ProfileResult, profileWithoutPath, validateProfile } from '../jpki/profile.ts';
import type { TrustAnchors } from '../jpki/trust-anchors.ts';
import type { CheckResult } from '../verdict/check.ts';
import { conclude } from '../verdict/conclude.ts';
import { type CheckIdentity, failed, notApplicable, passed } from '../verdict/result.ts';
import type { PathSettings, ValidatedPath } from '../x509/path/path.ts';
import { validatePath } from '../x509/path/validate-path.ts';
import { CHALLENGE_CHECKS, validateChallenge } from './challenge-checks.ts';
import type { ChallengeFacts } from './challenge-facts.ts';
import { cmsMatter, validateCmsSignature } from './cms-signature-checks.ts';
import { PATH, pathChecks, VALIDITY } from './path-checks.ts';
import { rawMatter, validateRawSignature } from './raw-signature-checks.ts';
import type { SignedObject } from './signed-object.ts';
import { isSound, requiredOfFormat } from './soundness.ts';

/** What a tenant accepts. */
export interface AcceptancePolicy {
  readonly kindsAccepted: readonly CertificateKind[];
  readonly challengeRequired: boolean;
  readonly digestAllowed: boolean;
}

export interface SignatureInput {
  readonly signed: SignedObject;
  /** The purpose of the verification, the caller's word. */
  readonly purpose: string;
  readonly challenge: ChallengeFacts;
  readonly acceptance: AcceptancePolicy;
  readonly anchors: TrustAnchors;
  readonly policies: PolicyTable;
  /** The time of verification; every check of both steps is made at this instant. */
  readonly at: Instant;
  readonly crypto: CryptoPrimitives;
}

declare const judged: unique symbol;
/** The first step's judgement: all that needs nothing from outside. Made by judgeSignature alone. */
export interface SignatureJudgement {
  readonly [judged]: true;
  readonly at: Instant;
  readonly checks: readonly CheckResult[];
  /** Names of the checks that must have passed. */
  readonly required: readonly string[];
  readonly path: ValidatedPath | undefined;
  readonly profile: ProfileResult;
  /** Every required check passed and none failed: only then is anyone asked about the certificate. */
  readonly holds: boolean;
  /** The signature is by the certificate's key over the content shown. */
  readonly signatureSound: boolean;
  /** An instant that the signature is proven to be later than: its challenge's issue. */
  readonly signedAfter: Instant | null;
}

/** RFC 5280 §6.1.1. Policies are constrained by the profile, so that an unknown one is named by its own check. */
const PATH_SETTINGS: PathSettings = {
  initialPolicySet: ['2.5.29.32.0'],
  initialExplicitPolicy: false,
  initialPolicyMappingInhibit: true,
  initialAnyPolicyInhibit: true,
};

const KIND_ACCEPTED: CheckIdentity = {
  check: 'jpki.kind-accepted',
  clause: 'ETSI EN 319 102-1 §5.2.6; tenant policy kindsAccepted',
};

export function judgeSignature(input: SignatureInput): SignatureJudgement {
  const { signed, challenge, acceptance, at, crypto } = input;
  const signature =
    signed.format === 'raw'
      ? validateRawSignature(signed, acceptance.digestAllowed, crypto)
      : validateCmsSignature(signed, challenge.state === 'unknown', crypto);
  const matter = signed.format === 'raw' ? rawMatter(signed) : cmsMatter(signed);
  const { challengeRequired } = acceptance;
  const challengeChecks = validateChallenge({
    challenge,
    challengeRequired,
    purpose: input.purpose,
    matter,
    at,
    crypto,
  });
  const signatureSound = isSound(signature);
  const signedAfter = signatureSound ? issueProven(challenge, challengeChecks) : null;
  const found = validatePath({
    target: signed.certificate,
    anchors: input.anchors.certificates,
    untrusted: signed.format === 'cms' ? signed.untrusted : [],
    at,
    settings: PATH_SETTINGS,
    anchorValidity: 'tested',
    crypto,
  });
  const profile =
    found.path === undefined ? profileWithoutPath() : validateProfile(found.path, input.policies, input.anchors);
  const kind = profile.policy?.kind;
  const checks = [
    ...pathChecks(found, signed.certificate, signedAfter),
    ...profile.checks,
    kindAccepted(kind, acceptance),
    ...signature,
    ...referencedPath(signed, found.path, crypto),
    ...challengeChecks,
  ];
  const required = requiredChecks(kind, signed.format, challenge, challengeRequired);
  const holds = conclude(checks, required).indication === 'TOTAL-PASSED';
  const { path } = found;
  const judgement: Omit<SignatureJudgement, typeof judged> = {
    at,
    checks,
    required,
    path,
    profile,
    holds,
    signatureSound,
    signedAfter,
  };
  return judgement as SignatureJudgement;
}

/** A signature over the challenge's bytes is younger than the challenge, which holds a nonce that nobody knew before. */
function issueProven(challenge: ChallengeFacts, checks: readonly CheckResult[]): Instant | null {
  const over = checks.find(({ check }) => check === CHALLENGE_CHECKS.content.check)?.outcome === 'passed';
  return challenge.state === 'known' && over ? challenge.issuedAt : null;
}

/** RFC 5035 §3: a signer may limit the certificates of the path; without one there is nothing to limit. */
function referencedPath(
  signed: SignedObject,
  path: ValidatedPath | undefined,
  crypto: CryptoPrimitives,
): readonly CheckResult[] {
  return signed.format === 'cms'
    ? [verifyReferencedPath(signed.signerInfo, path?.certificates ?? [signed.certificate], crypto)]
    : [];
}

function kindAccepted(kind: CertificateKind | undefined, { kindsAccepted }: AcceptancePolicy): CheckResult {
  if (kind === undefined) return notApplicable(KIND_ACCEPTED);
  if (kindsAccepted.includes(kind)) return passed(KIND_ACCEPTED, { kind });
  return failed(KIND_ACCEPTED, 'CHAIN_CONSTRAINTS_FAILURE', { kind, accepted: kindsAccepted });
}

const namesOf = (identities: readonly CheckIdentity[]): readonly string[] => identities.map(({ check }) => check);

const REQUIRED_ALWAYS = namesOf([
  PATH,
  VALIDITY,
  PROFILE_CHECKS.policy,
  PROFILE_CHECKS.keyUsage,
  PROFILE_CHECKS.serialNumber,
  PROFILE_CHECKS.endEntity,
  PROFILE_CHECKS.directIssuance,
  KIND_ACCEPTED,
]);
const REQUIRED_OF_CHALLENGE = namesOf(Object.values(CHALLENGE_CHECKS));

/** Nothing passes on checks that did not run: what must be there and passed, by what is being judged. */
function requiredChecks(
  kind: CertificateKind | undefined,
  format: SignedObject['format'],
  challenge: ChallengeFacts,
  challengeRequired: boolean,
): readonly string[] {
  const required = [...REQUIRED_ALWAYS, ...requiredOfFormat(format)];
  if (kind === 'digital-signature') required.push(PROFILE_CHECKS.subjectAltName.check);
  if (challengeRequired) required.push(CHALLENGE_CHECKS.required.check);
  if (challenge.state !== 'none') required.push(...REQUIRED_OF_CHALLENGE);
  return required;
}
