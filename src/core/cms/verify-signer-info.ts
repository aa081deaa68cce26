import type { CryptoPrimitives } from '../crypto.ts';
import type { CheckResult } from '../verdict/check.ts';
import type { Certificate } from '../x509/certificate.ts';
import { verifyAlgorithmProtection } from './algorithm-protection.ts';
import { selectContent, verifyContentPresent, verifyContentType, verifyMessageDigest } from './content-checks.ts';
import { verifySignature } from './signature-checks.ts';
import type { SignedData } from './signed-data.ts';
import type { SignerInfo } from './signer-info.ts';
import { verifySigningCertificate } from './signing-certificate-checks.ts';
import {
  verifyAttributeOrder,
  verifyDigestAlgorithmListed,
  verifySignedAttributes,
  verifySigningTime,
  verifyVersion,
} from './structure-checks.ts';

/** The checks that must have passed, not merely not failed, before a SignerInfo counts as sound. */
export const REQUIRED_CMS_CHECKS: readonly string[] = [
  'cms.version',
  'cms.content',
  'cms.signed-attributes',
  'cms.content-type',
  'cms.message-digest-attribute',
  'cms.message-digest',
  'cms.algorithms',
  'cms.algorithm-consistency',
  'cms.signature',
];

export interface SignerInfoInput {
  readonly signedData: SignedData;
  readonly signerInfo: SignerInfo;
  /** The signer's, found by findSignerCertificate or known beforehand. */
  readonly certificate: Certificate;
  /** The content, where it is not inside. */
  readonly detachedContent: Uint8Array | undefined;
  readonly crypto: CryptoPrimitives;
  readonly legacyAlgorithms?: boolean | undefined;
}

/**
 * Every rule about one SignerInfo, each with its outcome (RFC 5652 §5.4–5.6). Says whether that key signed that content;
 * nothing about whose key it is. Never throws.
 */
export function verifySignerInfo(input: SignerInfoInput): readonly CheckResult[] {
  const { signedData, signerInfo, certificate, detachedContent, crypto, legacyAlgorithms } = input;
  const content = selectContent(signedData, detachedContent);
  const signer = certificate.subjectPublicKeyInfo;
  return [
    verifyVersion(signerInfo),
    verifyContentPresent(signedData, detachedContent),
    verifySignedAttributes(signerInfo),
    verifyAttributeOrder(signerInfo),
    verifyContentType(signedData, signerInfo),
    ...verifyMessageDigest(signerInfo, content, crypto),
    verifySigningTime(signerInfo),
    verifyDigestAlgorithmListed(signedData, signerInfo),
    ...verifySignature({ signerInfo, signer, crypto, options: { legacyAlgorithms } }),
    verifyAlgorithmProtection(signerInfo),
    ...verifySigningCertificate(signerInfo, certificate, crypto),
  ];
}
