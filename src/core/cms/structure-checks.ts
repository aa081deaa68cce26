import { equalBytes } from '../bytes.ts';
import { readDer } from '../der/reader.ts';
import { readTime } from '../der/time.ts';
import type { CheckResult } from '../verdict/check.ts';
import { type CheckIdentity, failed, notApplicable, passed, reported } from '../verdict/result.ts';
import { encodeSignedAttributes, readValue, SIGNING_TIME, selectAttribute } from './attribute.ts';
import type { SignedData } from './signed-data.ts';
import type { SignerInfo } from './signer-info.ts';

const VERSION: CheckIdentity = { check: 'cms.version', clause: 'RFC 5652 §5.3' };
const SIGNED_ATTRIBUTES: CheckIdentity = { check: 'cms.signed-attributes', clause: 'RFC 5652 §5.3' };
const ORDER: CheckIdentity = { check: 'cms.signed-attributes-order', clause: 'RFC 5652 §5.3, X.690 §11.6' };
const TIME: CheckIdentity = { check: 'cms.signing-time', clause: 'RFC 5652 §11.3' };
const DIGEST_ALGORITHMS: CheckIdentity = { check: 'cms.digest-algorithms', clause: 'RFC 5652 §5.1' };

/** Version 1 goes with issuerAndSerialNumber, 3 with subjectKeyIdentifier. */
export function verifyVersion({ version, sid }: SignerInfo): CheckResult {
  const detail = { version, sid: sid.type };
  const expected = sid.type === 'issuerAndSerialNumber' ? 1 : 3;
  return version === expected ? passed(VERSION, detail) : failed(VERSION, 'FORMAT_FAILURE', detail);
}

/** Without signedAttrs the signature is over the bare content, and could be any other raw signature of that key. */
export function verifySignedAttributes({ signedAttrs }: SignerInfo): CheckResult {
  return signedAttrs === undefined ? failed(SIGNED_ATTRIBUTES, 'FORMAT_FAILURE') : passed(SIGNED_ATTRIBUTES);
}

/**
 * Out of order, the attributes are put in order and verified so (§5.4: the message digest is over the DER encoding): the
 * departure is reported, and a signature made over the disorder does not verify.
 */
export function verifyAttributeOrder({ signedAttrs, signedAttrsContent }: SignerInfo): CheckResult {
  if (signedAttrs === undefined || signedAttrsContent === undefined) return notApplicable(ORDER);
  const ordered = readDer(encodeSignedAttributes(signedAttrs), Number.POSITIVE_INFINITY).content;
  return equalBytes(ordered, signedAttrsContent) ? passed(ORDER) : reported(ORDER);
}

/** Absent is fine; present, it is there once with one Time. What it claims is the signer's word alone. */
export function verifySigningTime({ signedAttrs }: SignerInfo): CheckResult {
  const found = selectAttribute(signedAttrs ?? [], SIGNING_TIME);
  if (found.occurs === 'never') return notApplicable(TIME);
  const claimed = found.occurs === 'once' ? readValue(found.value, readTime) : undefined;
  return claimed === undefined ? failed(TIME, 'FORMAT_FAILURE', { occurs: found.occurs }) : passed(TIME);
}

/** digestAlgorithms is there for one-pass readers; a signer's algorithm that is missing from it is reported. */
export function verifyDigestAlgorithmListed(
  { digestAlgorithms }: Pick<SignedData, 'digestAlgorithms'>,
  { digestAlgorithm }: SignerInfo,
): CheckResult {
  const listed = digestAlgorithms.some(({ algorithm }) => algorithm === digestAlgorithm.algorithm);
  return listed ? passed(DIGEST_ALGORITHMS) : reported(DIGEST_ALGORITHMS, { missing: digestAlgorithm.algorithm });
}
