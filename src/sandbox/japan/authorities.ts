import type { KeyRing } from '../keys/key-ring.ts';
import { OID } from '../oids.ts';
import { integerOctets } from '../pki/asn1.ts';
import { issueCertificate } from '../pki/certificate.ts';
import {
  alternativeName,
  authorityKeyIdentifier,
  basicConstraints,
  distributionPointByName,
  type Extension,
  extKeyUsage,
  keyUsage,
  ocspNoCheck,
  subjectKeyIdentifier,
} from '../pki/extensions.ts';
import { caName, japaneseCaName, type Kind } from '../pki/names.ts';
import type { SigningKey } from '../pki/signing-key.ts';

export type Generation = 1 | 2;

/** One key of one CA: all generations of a kind share one name (certificates.md §1.1). */
export interface Authority {
  readonly kind: Kind;
  readonly generation: Generation;
  readonly key: SigningKey;
  readonly serial: Uint8Array;
  readonly notBefore: number;
  readonly notAfter: number;
  /** Key of its OCSP delegate. */
  readonly ocspKey: SigningKey;
}

const YEARS = {
  1: { notBefore: Date.UTC(2019, 6, 17, 23, 14, 37), notAfter: Date.UTC(2029, 6, 17, 14, 59, 59) },
  2: { notBefore: Date.UTC(2024, 7, 28, 22, 23, 39), notAfter: Date.UTC(2034, 7, 28, 14, 59, 59) },
} as const;

const SERIALS = {
  'digital-signature': { 1: 0x1c139a, 2: 0x5ea8a8 },
  'user-authentication': { 1: 0x1bfcd1, 2: 0x621887 },
} as const;

const SHORT = { 'digital-signature': 'sign', 'user-authentication': 'auth' } as const;

export function authority(keys: KeyRing, kind: Kind, generation: Generation): Authority {
  return {
    kind,
    generation,
    key: keys.get(`${SHORT[kind]}-ca-${generation}`),
    serial: integerOctets(SERIALS[kind][generation]),
    ...YEARS[generation],
    ocspKey: keys.get(`ocsp-${SHORT[kind]}-${generation}`),
  };
}

export const KINDS: readonly Kind[] = ['digital-signature', 'user-authentication'];
const GENERATIONS: readonly Generation[] = [1, 2];

export const allAuthorities = (keys: KeyRing): readonly Authority[] =>
  KINDS.flatMap((kind) => GENERATIONS.map((generation) => authority(keys, kind, generation)));

/** The newest generation that had begun at that instant. */
export const generationAt = (at: number): Generation => (at >= YEARS[2].notBefore ? 2 : 1);

/** The five extensions of a root, in J-LIS's order (certificates.md §6.2). */
export const rootExtensions = (kind: Kind, keyIdentifier: Uint8Array): readonly Extension[] => [
  keyUsage('keyCertSign', 'cRLSign'),
  alternativeName('subject', japaneseCaName(kind)),
  basicConstraints(true),
  distributionPointByName(caName(kind)),
  subjectKeyIdentifier(keyIdentifier),
];

/** Self-signed root, DER; RSASSA-PKCS1-v1_5, so the same octets each time. */
export function issueRoot(ca: Omit<Authority, 'ocspKey'>): Uint8Array {
  const { kind, key, serial, notBefore, notAfter } = ca;
  const extensions = rootExtensions(kind, key.keyIdentifier);
  const names = { issuer: caName(kind), subject: caName(kind) };
  return issueCertificate({ ...names, serial, notBefore, notAfter, spki: key.spki, extensions }, key);
}

export interface DelegateOptions {
  readonly purposes?: readonly string[];
  readonly noCheck?: boolean;
  readonly serial?: Uint8Array;
  readonly notBefore?: number;
  readonly notAfter?: number;
  readonly signedBy?: SigningKey;
}

/** Certificate of the CA's OCSP responder (RFC 6960 §4.2.2.2), issued by the same CA key. */
export function issueOcspDelegate(ca: Authority, options: DelegateOptions = {}): Uint8Array {
  const extensions: Extension[] = [keyUsage('digitalSignature')];
  const purposes = options.purposes ?? [OID.ocspSigning];
  if (purposes.length > 0) extensions.push(extKeyUsage(...purposes));
  if (options.noCheck ?? true) extensions.push(ocspNoCheck());
  extensions.push(authorityKeyIdentifier(ca.key.keyIdentifier, caName(ca.kind), ca.serial));
  extensions.push(subjectKeyIdentifier(ca.ocspKey.keyIdentifier));
  const to = {
    serial: options.serial ?? integerOctets(SERIALS[ca.kind][ca.generation] + 1),
    issuer: caName(ca.kind),
    subject: [...caName(ca.kind), [OID.commonName, `OCSP Responder ${ca.generation}`] as const],
    notBefore: options.notBefore ?? ca.notBefore,
    notAfter: options.notAfter ?? ca.notAfter,
    spki: ca.ocspKey.spki,
    extensions,
  };
  return issueCertificate(to, options.signedBy ?? ca.key);
}
