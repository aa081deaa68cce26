import type { CryptoPrimitives } from '../crypto.ts';
import type { CheckResult } from '../verdict/check.ts';
import { type CheckIdentity, failed, notApplicable, passed } from '../verdict/result.ts';
import type { Certificate } from '../x509/certificate.ts';
import { readValue, SIGNING_CERTIFICATE, SIGNING_CERTIFICATE_V2, selectAttribute } from './attribute.ts';
import type { SignerInfo } from './signer-info.ts';
import { type CertificateReference, decodeSigningCertificate, refersTo } from './signing-certificate.ts';

const FIRST_VERSION: CheckIdentity = { check: 'cms.signing-certificate-v1', clause: 'RFC 5035 §5' };
const SECOND_VERSION: CheckIdentity = { check: 'cms.signing-certificate', clause: 'RFC 5035 §3' };
const REFERENCED_PATH: CheckIdentity = { check: 'cms.signing-certificate-path', clause: 'RFC 5035 §3' };

interface References {
  readonly occurs: string;
  readonly references: readonly CertificateReference[] | undefined;
}

function readReferences({ signedAttrs }: SignerInfo, version: 1 | 2): References {
  const found = selectAttribute(signedAttrs ?? [], version === 1 ? SIGNING_CERTIFICATE : SIGNING_CERTIFICATE_V2);
  const references = found.occurs === 'once' ? readValue(found.value, decodeSigningCertificate(version)) : undefined;
  return { occurs: found.occurs, references };
}

/**
 * Where signingCertificateV2 (or version 1, whose SHA-1 names a certificate and signs nothing) is present, its first
 * reference is the certificate that the signature was verified with; another one is a substitution.
 */
export function verifySigningCertificate(
  signerInfo: SignerInfo,
  certificate: Certificate,
  crypto: CryptoPrimitives,
): readonly CheckResult[] {
  return ([2, 1] as const).map((version) => {
    const identity = version === 1 ? FIRST_VERSION : SECOND_VERSION;
    const { occurs, references } = readReferences(signerInfo, version);
    if (occurs === 'never') return notApplicable(identity);
    const first = references?.[0];
    if (first === undefined) return failed(identity, 'FORMAT_FAILURE', { occurs });
    return refersTo(first, certificate, crypto)
      ? passed(identity)
      : failed(identity, 'NO_SIGNING_CERTIFICATE_FOUND', { reason: 'other-certificate' });
  });
}

/**
 * More than one reference limits the certificates of the path to those referred to (RFC 5035 §3), the trust anchor apart.
 * `path`: the certificates below the anchor, the signer's last.
 */
export function verifyReferencedPath(
  signerInfo: SignerInfo,
  path: readonly Certificate[],
  crypto: CryptoPrimitives,
): CheckResult {
  const lists = ([2, 1] as const).map((version) => readReferences(signerInfo, version).references ?? []);
  const limiting = lists.filter((references) => references.length > 1);
  if (limiting.length === 0) return notApplicable(REFERENCED_PATH);
  const within = limiting.every((references) =>
    path.every((certificate) => references.some((reference) => refersTo(reference, certificate, crypto))),
  );
  return within ? passed(REFERENCED_PATH) : failed(REFERENCED_PATH, 'CHAIN_CONSTRAINTS_FAILURE');
}
