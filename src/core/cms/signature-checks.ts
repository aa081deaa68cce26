import type { CryptoPrimitives, HashAlgorithm, SignatureScheme } from '../crypto.ts';
import * as tags from '../der/tags.ts';
import type { CheckDetail, CheckResult } from '../verdict/check.ts';
import { type CheckIdentity, failed, notApplicable, passed } from '../verdict/result.ts';
import {
  type AlgorithmOptions,
  constrainAlgorithm,
  refusedFor,
  type SchemeSelection,
  selectSignatureScheme,
  verifyWithScheme,
} from '../x509/algorithm.ts';
import type { AlgorithmIdentifier } from '../x509/algorithm-identifier.ts';
import { selectHashAlgorithm } from '../x509/hash-algorithm.ts';
import type { PublicKeyFacts, SubjectPublicKeyInfo } from '../x509/subject-public-key-info.ts';
import { encodeSignedAttributes } from './attribute.ts';
import type { SignerInfo } from './signer-info.ts';

const ALGORITHMS: CheckIdentity = { check: 'cms.algorithms', clause: 'RFC 5652 §5.3, RFC 5754 §3' };
const CONSISTENCY: CheckIdentity = { check: 'cms.algorithm-consistency', clause: 'RFC 5754 §3, RFC 8933 §3' };
const SIGNATURE: CheckIdentity = { check: 'cms.signature', clause: 'RFC 5652 §5.6' };

const RSA_ENCRYPTION = '1.2.840.113549.1.1.1';

export interface SignatureInput {
  readonly signerInfo: SignerInfo;
  readonly signer: SubjectPublicKeyInfo;
  readonly crypto: CryptoPrimitives;
  readonly options: AlgorithmOptions;
}

/** The allow-list, the agreement of the two algorithm fields, and the signature itself. */
export function verifySignature(input: SignatureInput): readonly CheckResult[] {
  const { signerInfo, signer, options } = input;
  const hash = selectHashAlgorithm(signerInfo.digestAlgorithm);
  const selection = selectCmsScheme(signerInfo.signatureAlgorithm, hash, signer.key);
  const obstacle = findObstacle(hash, selection, signer.key, options);
  const detail: CheckDetail = {
    digestAlgorithm: hash ?? signerInfo.digestAlgorithm.algorithm,
    signatureAlgorithm: signerInfo.signatureAlgorithm.algorithm,
  };
  const allowed =
    obstacle === undefined
      ? passed(ALGORITHMS, detail)
      : failed(ALGORITHMS, 'CRYPTO_CONSTRAINTS_FAILURE', { ...detail, reason: obstacle });
  return [
    allowed,
    verifyConsistency(hash, selection, detail),
    obstacle === undefined ? verifyOverAttributes(input, selection) : notApplicable(SIGNATURE),
  ];
}

/**
 * `rsaEncryption` (RFC 3370 §3.2, parameters NULL) is what cards' signers write: PKCS#1 v1.5 with the hash of
 * digestAlgorithm (RFC 5754 §3.2). The other algorithms name their hash.
 */
function selectCmsScheme(
  identifier: AlgorithmIdentifier,
  hash: HashAlgorithm | undefined,
  key: PublicKeyFacts,
): SchemeSelection {
  if (identifier.algorithm !== RSA_ENCRYPTION) return selectSignatureScheme(identifier, key);
  const { parameters } = identifier;
  if (parameters?.length !== 2 || parameters[0] !== tags.NULL) return { ok: false, reason: 'malformed-parameters' };
  if (hash === undefined) return { ok: false, reason: 'unsupported-algorithm' };
  if (key.type !== 'rsa') return refusedFor(key);
  return { ok: true, scheme: { scheme: 'rsassa-pkcs1-v1_5', hash } };
}

/** What keeps the algorithms from the allow-list. A key of another kind is no such thing: that signature is wrong. */
function findObstacle(
  hash: HashAlgorithm | undefined,
  selection: SchemeSelection,
  key: PublicKeyFacts,
  options: AlgorithmOptions,
): string | undefined {
  if (hash === undefined) return 'unsupported-digest-algorithm';
  if (hash === 'SHA-1' && options.legacyAlgorithms !== true) return 'sha-1';
  if (!selection.ok) return selection.reason === 'key-mismatch' ? undefined : selection.reason;
  const constraint = constrainAlgorithm(selection.scheme, key, options);
  return constraint === 'accepted' ? undefined : constraint;
}

/** One hash for content and attributes: else the weaker of the two is the strength of the signature. */
function verifyConsistency(
  hash: HashAlgorithm | undefined,
  selection: SchemeSelection,
  detail: CheckDetail,
): CheckResult {
  if (hash === undefined || !selection.ok) return notApplicable(CONSISTENCY);
  return selection.scheme.hash === hash ? passed(CONSISTENCY) : failed(CONSISTENCY, 'FORMAT_FAILURE', detail);
}

function verifyOverAttributes(input: SignatureInput, selection: SchemeSelection): CheckResult {
  const { signerInfo, signer, crypto, options } = input;
  if (signerInfo.signedAttrs === undefined) return notApplicable(SIGNATURE);
  if (!selection.ok) return failed(SIGNATURE, 'SIG_CRYPTO_FAILURE', { reason: selection.reason });
  const signed = encodeSignedAttributes(signerInfo.signedAttrs);
  const scheme: SignatureScheme = selection.scheme;
  const validity = verifyWithScheme(crypto, scheme, signer, signed, signerInfo.signature, options);
  return validity === 'valid' ? passed(SIGNATURE) : failed(SIGNATURE, 'SIG_CRYPTO_FAILURE', { reason: validity });
}
