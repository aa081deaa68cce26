import { equalBytes } from '../bytes.ts';
import type { DerElement } from '../der/reader.ts';
import * as tags from '../der/tags.ts';
import type { CheckResult } from '../verdict/check.ts';
import { type CheckIdentity, failed, notApplicable, passed } from '../verdict/result.ts';
import { type AlgorithmIdentifier, decodeAlgorithmIdentifier } from '../x509/algorithm-identifier.ts';
import { parametersNullOrAbsent } from '../x509/hash-algorithm.ts';
import { CMS_ALGORITHM_PROTECTION, readValue, selectAttribute } from './attribute.ts';
import type { SignerInfo } from './signer-info.ts';

const PROTECTION: CheckIdentity = { check: 'cms.algorithm-protection', clause: 'RFC 6211 §2' };

/** CMSAlgorithmProtection in a SignerInfo: signatureAlgorithm present, macAlgorithm absent. */
interface AlgorithmProtection {
  readonly digestAlgorithm: AlgorithmIdentifier;
  readonly signatureAlgorithm: AlgorithmIdentifier;
}

/** When the attribute is there, the algorithm fields (which the signature does not cover) are those that it names. */
export function verifyAlgorithmProtection({
  signedAttrs,
  digestAlgorithm,
  signatureAlgorithm,
}: SignerInfo): CheckResult {
  const found = selectAttribute(signedAttrs ?? [], CMS_ALGORITHM_PROTECTION);
  if (found.occurs === 'never') return notApplicable(PROTECTION);
  const protectedBy = found.occurs === 'once' ? readValue(found.value, decodeAlgorithmProtection) : undefined;
  if (protectedBy === undefined) return failed(PROTECTION, 'FORMAT_FAILURE', { occurs: found.occurs });
  const same =
    sameAlgorithm(protectedBy.digestAlgorithm, digestAlgorithm) &&
    sameAlgorithm(protectedBy.signatureAlgorithm, signatureAlgorithm);
  return same ? passed(PROTECTION) : failed(PROTECTION, 'SIG_CRYPTO_FAILURE', { reason: 'other-algorithms' });
}

function decodeAlgorithmProtection(element: DerElement): AlgorithmProtection {
  if (element.tag !== tags.SEQUENCE) throw element.error('unexpected-tag', 'not a SEQUENCE');
  const inside = element.reader();
  const digestAlgorithm = decodeAlgorithmIdentifier(inside.next(tags.SEQUENCE));
  const signatureAlgorithm = decodeAlgorithmIdentifier(inside.next(), tags.contextConstructed(1));
  inside.finish();
  return { digestAlgorithm, signatureAlgorithm };
}

/** Parameters NULL and absent say the same of every algorithm that is accepted here. */
function sameAlgorithm(a: AlgorithmIdentifier, b: AlgorithmIdentifier): boolean {
  if (a.algorithm !== b.algorithm) return false;
  if (parametersNullOrAbsent(a.parameters)) return parametersNullOrAbsent(b.parameters);
  return a.parameters !== undefined && b.parameters !== undefined && equalBytes(a.parameters, b.parameters);
}
