import { looksLikeSignedAttributes } from '../cms/signed-attributes.ts';
import type { CryptoPrimitives } from '../crypto.ts';
import { verifyRawSignature } from '../signature/raw-signature.ts';
import type { CheckResult } from '../verdict/check.ts';
import { failed, notApplicable, passed } from '../verdict/result.ts';
import { SIGNATURE_CHECKS } from './signature-checks.ts';
import type { RawSignedObject, SignedMatter } from './signed-object.ts';

/** What a raw signature is over; content stands before digest. */
export function rawMatter({ content, digest }: RawSignedObject): SignedMatter | undefined {
  if (content !== undefined) return { content };
  return digest === undefined ? undefined : { digest };
}

export function validateRawSignature(
  signed: RawSignedObject,
  digestAllowed: boolean,
  crypto: CryptoPrimitives,
): readonly CheckResult[] {
  const { algorithm, value } = SIGNATURE_CHECKS;
  const matter = rawMatter(signed);
  if (matter === undefined) return [notApplicable(algorithm), notApplicable(value), unambiguous(matter, digestAllowed)];
  const { signature, encoding, certificate } = signed;
  const key = certificate.subjectPublicKeyInfo;
  const validity = verifyRawSignature({ algorithm: signed.algorithm, key, signature, encoding, crypto, ...matter });
  const named = { algorithm: signed.algorithm };
  if (validity === 'not-allowed' || validity === 'key-mismatch') {
    const refused = failed(algorithm, 'CRYPTO_CONSTRAINTS_FAILURE', { ...named, reason: validity });
    return [refused, notApplicable(value), unambiguous(matter, digestAllowed)];
  }
  const outcome = validity === 'valid' ? passed(value) : failed(value, 'SIG_CRYPTO_FAILURE');
  return [passed(algorithm, named), outcome, unambiguous(matter, digestAllowed)];
}

/**
 * A CMS signature is a valid raw signature over DER(SET OF SignedAttributes): content of that form, and a digest of which
 * the content is not seen, could be somebody's CMS signature over something else.
 */
function unambiguous(matter: SignedMatter | undefined, digestAllowed: boolean): CheckResult {
  const identity = SIGNATURE_CHECKS.unambiguous;
  if (matter === undefined) return notApplicable(identity);
  if (matter.content === undefined) {
    if (digestAllowed) return passed(identity, { over: 'digest' });
    return failed(identity, 'SIG_CONSTRAINTS_FAILURE', { reason: 'digest-not-allowed' });
  }
  if (looksLikeSignedAttributes(matter.content))
    return failed(identity, 'SIG_CONSTRAINTS_FAILURE', { reason: 'signed-attributes' });
  return passed(identity, { over: 'content' });
}
