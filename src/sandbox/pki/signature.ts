import { constants, type SignKeyObjectInput, sign } from 'node:crypto';
import { OID } from '../oids.ts';
import { type Asn1, der, element, integer, integerOctets, nothing, oid, sequence, tagged, tlv } from './asn1.ts';
import type { SigningKey } from './signing-key.ts';

export type SignatureName =
  | 'RS1'
  | 'RS256'
  | 'RS384'
  | 'RS512'
  | 'PS256'
  | 'PS384'
  | 'PS512'
  | 'ES256'
  | 'ES384'
  | 'ES512';

interface Scheme {
  readonly hash: 'sha1' | 'sha256' | 'sha384' | 'sha512';
  readonly padding: 'pkcs1' | 'pss' | 'none';
  readonly identifier: () => Asn1;
}

const rsa = (value: string) => () => sequence(oid(value), nothing());
const ecdsa = (value: string) => () => sequence(oid(value));

function pss(hashOid: string, saltLength: number): () => Asn1 {
  const hash = () => sequence(oid(hashOid), nothing());
  const mgf = () => sequence(oid('1.2.840.113549.1.1.8'), hash());
  const salt = () => integer(integerOctets(saltLength));
  return () => sequence(oid('1.2.840.113549.1.1.10'), sequence(tagged(0, hash()), tagged(1, mgf()), tagged(2, salt())));
}

const SCHEMES: Record<SignatureName, Scheme> = {
  RS1: { hash: 'sha1', padding: 'pkcs1', identifier: rsa('1.2.840.113549.1.1.5') },
  RS256: { hash: 'sha256', padding: 'pkcs1', identifier: rsa('1.2.840.113549.1.1.11') },
  RS384: { hash: 'sha384', padding: 'pkcs1', identifier: rsa('1.2.840.113549.1.1.12') },
  RS512: { hash: 'sha512', padding: 'pkcs1', identifier: rsa('1.2.840.113549.1.1.13') },
  PS256: { hash: 'sha256', padding: 'pss', identifier: pss(OID.sha256, 32) },
  PS384: { hash: 'sha384', padding: 'pss', identifier: pss(OID.sha384, 48) },
  PS512: { hash: 'sha512', padding: 'pss', identifier: pss(OID.sha512, 64) },
  ES256: { hash: 'sha256', padding: 'none', identifier: ecdsa('1.2.840.10045.4.3.2') },
  ES384: { hash: 'sha384', padding: 'none', identifier: ecdsa('1.2.840.10045.4.3.3') },
  ES512: { hash: 'sha512', padding: 'none', identifier: ecdsa('1.2.840.10045.4.3.4') },
};

/** AlgorithmIdentifier, DER. */
export const algorithmIdentifier = (name: SignatureName): Uint8Array => der(SCHEMES[name].identifier());

export const hashOf = (name: SignatureName): Scheme['hash'] => SCHEMES[name].hash;

/** What the CA signs with, given its key: RSA with SHA-256 today, P-384 with SHA-384 on the next card. */
export const defaultSignature = (key: SigningKey): SignatureName => (key.type === 'ec' ? 'ES384' : 'RS256');

export function signOctets(
  name: SignatureName,
  key: SigningKey,
  data: Uint8Array,
  encoding: 'der' | 'ieee-p1363' = 'der',
): Uint8Array {
  const { hash, padding } = SCHEMES[name];
  const input: SignKeyObjectInput = { key: key.privateKey, dsaEncoding: encoding };
  if (padding === 'pss') {
    input.padding = constants.RSA_PKCS1_PSS_PADDING;
    input.saltLength = constants.RSA_PSS_SALTLEN_DIGEST;
  }
  return sign(hash, data, input);
}

/** SEQUENCE { what is signed, AlgorithmIdentifier, BIT STRING }: the outer shape of certificates and CRLs. */
export function signed(tbs: Uint8Array, key: SigningKey, name: SignatureName): Uint8Array {
  return tlv(0x30, tbs, algorithmIdentifier(name), tlv(0x03, Buffer.of(0), signOctets(name, key, tbs)));
}

export const algorithmElement = (name: SignatureName): Asn1 => element(algorithmIdentifier(name));
