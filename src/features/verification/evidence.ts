import type { AcceptedEvidence } from '../../core/revocation/status.ts';
import { formatInstant } from '../../core/rfc3339.ts';
import type { SignedObject } from '../../core/verification/signed-object.ts';
import type { ValidatedPath } from '../../core/x509/path/path.ts';
import type { Caller } from '../tenants/caller.ts';
import { sha256OfHeld } from './certificate-on-file.ts';

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

/** JSON. A CRL is kept by reference to its bytes; null when the findings do not rest on one. */
export function describeCrl(evidence: AcceptedEvidence | null): string | null {
  if (evidence === null || evidence.method !== 'crl') return null;
  return JSON.stringify({
    sha256: sha256OfHeld(evidence.der).toString('hex'),
    crlNumber: evidence.crlNumber,
    thisUpdate: formatInstant(evidence.thisUpdate),
  });
}

/** JSON. Under which settings it was judged, so that it can be judged again. */
export function describeSettings(caller: Caller, method: string, path: ValidatedPath | undefined): string {
  return JSON.stringify({
    policy: caller.policy,
    revocationMethod: method,
    trustAnchorSha256: path === undefined ? null : sha256OfHeld(path.anchor.der).toString('hex'),
  });
}
