import { createHash } from 'node:crypto';
import { OID } from '../oids.ts';
import {
  type Asn1,
  der,
  element,
  integer,
  integerOctets,
  nothing,
  octets,
  oid,
  sequence,
  set,
  tagged,
  taggedOctets,
  tlv,
  utcTime,
} from './asn1.ts';
import { nameDer, type Rdn } from './names.ts';
import { algorithmElement, hashOf, type SignatureName, signOctets } from './signature.ts';
import type { SigningKey } from './signing-key.ts';

export interface SignerCertificate {
  readonly der: Uint8Array;
  readonly issuer: readonly Rdn[];
  readonly serial: Uint8Array;
  readonly keyIdentifier: Uint8Array;
}

export interface SignedDataToBe {
  readonly content: Uint8Array;
  /** Default: id-data. */
  readonly contentType?: string;
  readonly detached: boolean;
  readonly signer: SignerCertificate;
  /** Default: the signer's certificate is sent along. */
  readonly withCertificate?: boolean;
  readonly key: SigningKey;
  readonly signature: SignatureName;
  /** undefined: no signingTime. */
  readonly signingTime: number | undefined;
  /** As myna-sign adds it (card.md §11.2). */
  readonly signingCertificateV2: boolean;
  readonly sid?: 'issuerAndSerialNumber' | 'subjectKeyIdentifier';
  /** `rsaEncryption` as the existing signers write, or the combined algorithm. */
  readonly signatureAlgorithm?: 'rsaEncryption' | 'combined';
}

const HASH_OID = { sha1: OID.sha1, sha256: OID.sha256, sha384: OID.sha384, sha512: OID.sha512 } as const;

/** One Attribute, DER. */
export const attribute = (type: string, ...values: readonly Asn1[]): Uint8Array =>
  der(sequence(oid(type), set(...values)));

/** ESSCertIDv2 of the signer with the default hash SHA-256 left out (RFC 5035 §4). */
function signingCertificateV2(certificate: Uint8Array): Uint8Array {
  const hash = createHash('sha256').update(certificate).digest();
  return attribute(OID.signingCertificateV2, sequence(sequence(sequence(octets(hash)))));
}

/** Attributes as the signers of card.md §11 write them. */
export function signedAttributes(to: SignedDataToBe): readonly Uint8Array[] {
  const digest = createHash(hashOf(to.signature)).update(to.content).digest();
  const attributes = [attribute(OID.contentType, oid(to.contentType ?? OID.data))];
  if (to.signingTime !== undefined) attributes.push(attribute(OID.signingTime, utcTime(to.signingTime)));
  attributes.push(attribute(OID.messageDigest, octets(digest)));
  if (to.signingCertificateV2) attributes.push(signingCertificateV2(to.signer.der));
  return attributes;
}

/** DER SET OF: ascending (X.690 §11.6). With tag 0xA0 as it stands in the SignerInfo. */
export const setOf = (tag: number, attributes: readonly Uint8Array[]): Uint8Array =>
  tlv(tag, ...[...attributes].sort(Buffer.compare));

const signerIdentifier = (to: SignedDataToBe): Asn1 =>
  to.sid === 'subjectKeyIdentifier'
    ? taggedOctets(0, to.signer.keyIdentifier)
    : sequence(element(nameDer(to.signer.issuer)), integer(to.signer.serial));

/** SignerInfo, DER; attributes given otherwise are signed as they are. */
export function signerInfo(to: SignedDataToBe, attributes = signedAttributes(to)): Uint8Array {
  const signature = signOctets(to.signature, to.key, setOf(0x31, attributes));
  const rsa = to.signature.startsWith('RS') && to.signatureAlgorithm !== 'combined';
  return tlv(
    0x30,
    der(integer(integerOctets(to.sid === 'subjectKeyIdentifier' ? 3 : 1))),
    der(signerIdentifier(to)),
    der(sequence(oid(HASH_OID[hashOf(to.signature)]), nothing())),
    setOf(0xa0, attributes),
    der(rsa ? sequence(oid(OID.rsaEncryption), nothing()) : algorithmElement(to.signature)),
    der(octets(signature)),
  );
}

/** ContentInfo with SignedData in the shape of card.md §11.1, DER. */
export function issueSignedData(to: SignedDataToBe, signerInfos = [signerInfo(to)]): Uint8Array {
  const content = to.detached ? [] : [tagged(0, octets(to.content))];
  const { contentType = OID.data } = to;
  const version = to.sid === 'subjectKeyIdentifier' || contentType !== OID.data ? 3 : 1;
  const signedData = tlv(
    0x30,
    der(integer(integerOctets(version))),
    der(set(sequence(oid(HASH_OID[hashOf(to.signature)]), nothing()))),
    der(sequence(oid(contentType), ...content)),
    ...(to.withCertificate === false ? [] : [tlv(0xa0, to.signer.der)]),
    setOf(0x31, signerInfos),
  );
  return tlv(0x30, der(oid(OID.signedData)), tlv(0xa0, signedData));
}
