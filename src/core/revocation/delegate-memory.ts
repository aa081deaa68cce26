import { equalBytes } from '../bytes.ts';
import type { Certificate } from '../x509/certificate.ts';
import { decodeCertificate } from '../x509/decode-certificate.ts';
import type { SubjectPublicKeyInfo } from '../x509/subject-public-key-info.ts';

/**
 * The responders' certificates of late, which come anew with every response: that a signature was found valid stays so for
 * the same octets under the same key, and so does what the octets say. Whether a certificate may speak now (its time, its
 * purpose, its status) is judged each time.
 */
export interface DelegateMemory {
  /** The certificate of those octets, as decoded before; undefined where they are not remembered. */
  find(der: Uint8Array): Certificate | undefined;
  /** Was this certificate (the very one that `find` gave) found to be signed by that key? */
  isSignedBy(delegate: Certificate, issuer: SubjectPublicKeyInfo): boolean;
  /** It was accepted as a delegate of that key, its signature by it found valid. */
  add(delegate: Certificate, issuer: SubjectPublicKeyInfo): void;
}

interface Entry {
  /** Decoded from a copy: holds no response. */
  readonly delegate: Certificate;
  readonly issuerDer: Uint8Array;
}

/** Two kinds of certificates, each with some generations of CA and a change of responders. */
const MAX_DELEGATES = 8;

export function createDelegateMemory(): DelegateMemory {
  const entries: Entry[] = [];
  const sameOctets = (der: Uint8Array) => (entry: Entry) => equalBytes(entry.delegate.der, der);
  return {
    find: (der) => entries.find(sameOctets(der))?.delegate,

    isSignedBy: (delegate, issuer) =>
      entries.some((entry) => entry.delegate === delegate && equalBytes(entry.issuerDer, issuer.der)),

    add(delegate, issuer) {
      if (this.isSignedBy(delegate, issuer)) return;
      const known = entries.findIndex(sameOctets(delegate.der));
      if (known >= 0) entries.splice(known, 1);
      entries.unshift({
        delegate: decodeCertificate(new Uint8Array(delegate.der)),
        issuerDer: new Uint8Array(issuer.der),
      });
      if (entries.length > MAX_DELEGATES) entries.pop();
    },
  };
}
