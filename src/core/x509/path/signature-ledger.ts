import type { CryptoPrimitives } from '../../crypto.ts';
import { type SignatureValidity, verifySigned } from '../algorithm.ts';
import type { Certificate } from '../certificate.ts';

/** Which certificate's key verifies which certificate's signature: each pair once, and only so many in all. */
export interface SignatureLedger {
  /** `undefined`: the bound on verifications is reached. */
  readonly verify: (certificate: Certificate, issuer: Certificate) => SignatureValidity | undefined;
}

interface Entry {
  readonly certificate: Certificate;
  readonly issuer: Certificate;
  readonly validity: SignatureValidity;
}

export function createSignatureLedger(
  crypto: CryptoPrimitives,
  maxVerifications: number,
  legacyAlgorithms: boolean | undefined,
): SignatureLedger {
  // As short as the bound: looked through, which for a path of one certificate is less than maps are to make.
  const entries: Entry[] = [];
  return {
    verify: (certificate, issuer) => {
      const known = entries.find((entry) => entry.certificate === certificate && entry.issuer === issuer);
      if (known !== undefined) return known.validity;
      if (entries.length === maxVerifications) return undefined;
      const { signatureAlgorithm, tbsCertificate, signature } = certificate;
      const key = issuer.subjectPublicKeyInfo;
      const validity = verifySigned(crypto, signatureAlgorithm, key, tbsCertificate, signature, { legacyAlgorithms });
      entries.push({ certificate, issuer, validity });
      return validity;
    },
  };
}
