import type { CryptoPrimitives } from '../../crypto.ts';
import { type SignatureValidity, verifySigned } from '../algorithm.ts';
import type { Certificate } from '../certificate.ts';

/** Which certificate's key verifies which certificate's signature: each pair once, and only so many in all. */
export interface SignatureLedger {
  /** `undefined`: the bound on verifications is reached. */
  readonly verify: (certificate: Certificate, issuer: Certificate) => SignatureValidity | undefined;
}

export function createSignatureLedger(
  crypto: CryptoPrimitives,
  maxVerifications: number,
  legacyAlgorithms: boolean | undefined,
): SignatureLedger {
  const known = new Map<Certificate, Map<Certificate, SignatureValidity>>();
  let verifications = 0;
  return {
    verify: (certificate, issuer) => {
      const byIssuer = known.get(certificate) ?? new Map<Certificate, SignatureValidity>();
      known.set(certificate, byIssuer);
      const before = byIssuer.get(issuer);
      if (before !== undefined) return before;
      if (verifications === maxVerifications) return undefined;
      verifications++;
      const { signatureAlgorithm, tbsCertificate, signature } = certificate;
      const key = issuer.subjectPublicKeyInfo;
      const validity = verifySigned(crypto, signatureAlgorithm, key, tbsCertificate, signature, { legacyAlgorithms });
      byIssuer.set(issuer, validity);
      return validity;
    },
  };
}
