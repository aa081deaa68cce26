import { equalBytes } from '../bytes.ts';
import type { CryptoPrimitives } from '../crypto.ts';
import { DecodeError } from '../der/decode-error.ts';
import { type AlgorithmOptions, verifySigned } from '../x509/algorithm.ts';
import { compareNames } from '../x509/compare-names.ts';
import type { IssuerKey } from '../x509/path/path.ts';
import type { AuthenticCrl, Crl } from './crl.ts';
import { readEntry } from './crl-entries.ts';
import { buildEntryIndex } from './crl-entry-index.ts';
import { refuseCrlExtensions } from './crl-extensions.ts';
import { refuse } from './evidence.ts';
import type { Refusal } from './status.ts';

/**
 * Is the list what `issuer` signed, and do we process all that it says (RFC 5280 §6.3.3 (f)–(g), §5.2, §5.3)? Independent
 * of time and certificate, so that the outcome can be kept as long as the bytes. Walks every entry once. Never throws.
 */
export function authenticateCrl(
  crl: Crl,
  issuer: IssuerKey,
  crypto: CryptoPrimitives,
  options: AlgorithmOptions = {},
): AuthenticCrl | Refusal {
  const refusal =
    refuseIssuer(crl, issuer) ?? refuseSignature(crl, issuer, crypto, options) ?? refuseCrlExtensions(crl.extensions);
  if (refusal !== undefined) return refusal;
  try {
    const { walk, index } = buildEntryIndex(crl);
    if (!walk.usable)
      return refuse('unknown-critical-extension', `critical CRL entry extension ${walk.extnID} is not processed`);
    return authentic({
      crl,
      issuer,
      entryCount: index.count,
      indirect: walk.indirect || crl.issuingDistributionPoint?.indirectCRL === true,
      findEntry(serialNumber) {
        const offset = index.find(serialNumber.octets);
        return offset < 0 ? undefined : readEntry(crl, offset);
      },
    });
  } catch (error) {
    if (error instanceof DecodeError) return refuse('malformed', `an entry is not DER: ${error.code}`);
    throw error;
  }
}

function refuseIssuer(crl: Crl, issuer: IssuerKey): Refusal | undefined {
  if (!compareNames(crl.issuer, issuer.name)) return refuse('wrong-issuer', 'the CRL has another issuer');
  const { authorityKeyIdentifier } = crl;
  const { subjectKeyIdentifier } = issuer;
  // All generations of a CA share one name; the key identifier tells them apart.
  if (
    authorityKeyIdentifier !== undefined &&
    subjectKeyIdentifier !== undefined &&
    !equalBytes(authorityKeyIdentifier, subjectKeyIdentifier)
  )
    return refuse('wrong-issuer', 'the CRL is of another key of that issuer');
  const { keyUsage } = issuer.certificate.extensions;
  return keyUsage !== undefined && !keyUsage.has('cRLSign')
    ? refuse('wrong-issuer', "the issuer's keyUsage does not allow cRLSign")
    : undefined;
}

function refuseSignature(
  crl: Crl,
  issuer: IssuerKey,
  crypto: CryptoPrimitives,
  options: AlgorithmOptions,
): Refusal | undefined {
  const { signatureAlgorithm, tbsCertList, signature } = crl;
  const validity = verifySigned(
    crypto,
    signatureAlgorithm,
    issuer.subjectPublicKeyInfo,
    tbsCertList,
    signature,
    options,
  );
  if (validity === 'valid') return undefined;
  return validity === 'not-allowed'
    ? refuse('algorithm', 'the CRL is signed by a refused algorithm')
    : refuse('wrong-signature', 'the signature of the CRL does not verify');
}

function authentic(facts: Omit<AuthenticCrl, keyof AuthenticCrl & symbol>): AuthenticCrl {
  return facts as AuthenticCrl;
}
