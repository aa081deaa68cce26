import { equalBytes } from '../../core/bytes.ts';
import type { ChallengeInForce, SettingsInForce } from '../../core/evidence/settings-in-force.ts';
import type { AcceptedEvidence } from '../../core/revocation/status.ts';
import { formatInstant } from '../../core/rfc3339.ts';
import type { SignedObject } from '../../core/verification/signed-object.ts';
import { sha256OfHeld } from './certificate-on-file.ts';
import type { Judged } from './judged.ts';

/** What was shown to us, in the columns of table evidence, before encryption. */
export interface EvidenceOctets {
  readonly container: { readonly [key: string]: string | null };
  readonly signature: Uint8Array;
  /** Content, or the digest given in its place; null when there was none, or it stands in the container. */
  readonly content: Uint8Array | null;
}

export function describeEvidence(signed: SignedObject, container: Uint8Array): EvidenceOctets {
  if (signed.format === 'cms') {
    const attached = signed.signedData.eContent !== undefined;
    return {
      container: { format: 'cms', content: attached ? 'attached' : 'detached' },
      signature: container,
      content: signed.detachedContent ?? null,
    };
  }
  const { algorithm, encoding, content, digest } = signed;
  return {
    container: { format: 'raw', algorithm, encoding, digestAlgorithm: digest?.algorithm ?? null },
    signature: container,
    content: content ?? digest?.value ?? null,
  };
}

/** JSON. A CRL stands among the public documents, once for all; null when the findings do not rest on one. */
export function describeCrl(evidence: AcceptedEvidence | null): string | null {
  if (evidence === null || evidence.method !== 'crl') return null;
  return JSON.stringify({
    sha256: sha256OfHeld(evidence.der).toString('hex'),
    crlNumber: evidence.crlNumber,
    thisUpdate: formatInstant(evidence.thisUpdate),
  });
}

/** JSON, SettingsInForce. Under which settings it was judged, so that it can be judged again. */
export function describeSettings(judged: Judged): string {
  const { caller, method, first, findings, at } = judged;
  const ocspJudgedAt = findings?.ocspJudgedAt;
  const supporting = (findings?.supportingCrls ?? []).map((crl) => sha256OfHeld(crl).toString('hex'));
  return JSON.stringify({
    policy: caller.policy,
    revocationMethod: method,
    trustAnchorSha256: first.path === undefined ? null : sha256OfHeld(first.path.anchor.der).toString('hex'),
    rulesSha256: judged.rulesSha256,
    policyVersion: caller.policyVersion,
    rulesVersion: judged.rulesVersion,
    challenge: describeChallenge(judged),
    ...(supporting.length === 0 ? {} : { supportingCrls: supporting }),
    ...(ocspJudgedAt === undefined || ocspJudgedAt === at ? {} : { ocspJudgedAt: formatInstant(ocspJudgedAt) }),
  } satisfies SettingsInForce);
}

/** The challenge as it was on file: its row goes long before the evidence does. */
function describeChallenge({ challenge, signed }: Judged): ChallengeInForce {
  if (challenge.state !== 'known') return { state: challenge.state };
  const { kind, purpose, content, issuedAt, expiresAt, usedAt } = challenge;
  const shown = signed.format === 'cms' ? (signed.signedData.eContent ?? signed.detachedContent) : signed.content;
  return {
    ...{ state: 'known', kind, purpose },
    ...{ issuedAt: formatInstant(issuedAt), expiresAt: formatInstant(expiresAt) },
    usedAt: usedAt === null ? null : formatInstant(usedAt),
    contentShown: shown !== undefined && (shown === content || equalBytes(shown, content)),
  };
}
