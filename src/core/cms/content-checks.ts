import { equalBytes } from '../bytes.ts';
import type { CryptoPrimitives } from '../crypto.ts';
import { readObjectIdentifier, readOctetString } from '../der/values.ts';
import type { CheckResult } from '../verdict/check.ts';
import { type CheckIdentity, failed, notApplicable, passed } from '../verdict/result.ts';
import { selectHashAlgorithm } from '../x509/hash-algorithm.ts';
import { CONTENT_TYPE, MESSAGE_DIGEST, readValue, selectAttribute } from './attribute.ts';
import type { SignedData } from './signed-data.ts';
import type { SignerInfo } from './signer-info.ts';

const CONTENT: CheckIdentity = { check: 'cms.content', clause: 'RFC 5652 §5.2' };
const SIGNED_CONTENT_TYPE: CheckIdentity = { check: 'cms.content-type', clause: 'RFC 5652 §11.1' };
const DIGEST_ATTRIBUTE: CheckIdentity = { check: 'cms.message-digest-attribute', clause: 'RFC 5652 §11.2' };
const DIGEST: CheckIdentity = { check: 'cms.message-digest', clause: 'RFC 5652 §5.6' };

/** The octets that the signature is about: attached, or handed in beside a detached one; given both, they are the same. */
export function selectContent(
  { eContent }: Pick<SignedData, 'eContent'>,
  detached: Uint8Array | undefined,
): Uint8Array | undefined {
  return eContent ?? detached;
}

export function verifyContentPresent(
  { eContent }: Pick<SignedData, 'eContent'>,
  detached: Uint8Array | undefined,
): CheckResult {
  const detail = { attached: eContent !== undefined };
  if (eContent === undefined && detached === undefined) {
    return failed(CONTENT, 'FORMAT_FAILURE', { ...detail, etsiSubIndication: 'SIGNED_DATA_NOT_FOUND' });
  }
  const differ = eContent !== undefined && detached !== undefined && !equalBytes(eContent, detached);
  return differ ? failed(CONTENT, 'HASH_FAILURE', { ...detail, reason: 'other-content' }) : passed(CONTENT, detail);
}

/** contentType: once, with one value, the eContentType that was transmitted. */
export function verifyContentType({ eContentType }: SignedData, { signedAttrs }: SignerInfo): CheckResult {
  if (signedAttrs === undefined) return notApplicable(SIGNED_CONTENT_TYPE);
  const found = selectAttribute(signedAttrs, CONTENT_TYPE);
  if (found.occurs !== 'once') return failed(SIGNED_CONTENT_TYPE, 'FORMAT_FAILURE', { occurs: found.occurs });
  const signedType = readValue(found.value, readObjectIdentifier);
  const detail = { eContentType, contentType: signedType ?? null };
  return signedType === eContentType
    ? passed(SIGNED_CONTENT_TYPE, detail)
    : failed(SIGNED_CONTENT_TYPE, 'FORMAT_FAILURE', detail);
}

/** messageDigest: once, with one OCTET STRING; then, that it is the digest of the content. */
export function verifyMessageDigest(
  signerInfo: SignerInfo,
  content: Uint8Array | undefined,
  crypto: CryptoPrimitives,
): readonly CheckResult[] {
  if (signerInfo.signedAttrs === undefined) return [notApplicable(DIGEST_ATTRIBUTE), notApplicable(DIGEST)];
  const found = selectAttribute(signerInfo.signedAttrs, MESSAGE_DIGEST);
  const digest = found.occurs === 'once' ? readValue(found.value, readOctetString) : undefined;
  if (digest === undefined) {
    return [failed(DIGEST_ATTRIBUTE, 'FORMAT_FAILURE', { occurs: found.occurs }), notApplicable(DIGEST)];
  }
  return [passed(DIGEST_ATTRIBUTE), verifyDigest(digest, signerInfo, content, crypto)];
}

function verifyDigest(
  digest: Uint8Array,
  { digestAlgorithm }: SignerInfo,
  content: Uint8Array | undefined,
  crypto: CryptoPrimitives,
): CheckResult {
  const hash = selectHashAlgorithm(digestAlgorithm);
  const detail = { digestAlgorithm: hash ?? digestAlgorithm.algorithm };
  if (hash === undefined || content === undefined) return notApplicable(DIGEST, detail);
  return equalBytes(digest, crypto.digest(hash, content))
    ? passed(DIGEST, detail)
    : failed(DIGEST, 'HASH_FAILURE', detail);
}
