import { createHash, sign } from 'node:crypto';
import { compareBytes, concatBytes } from '../../../src/core/bytes.ts';
import type { HashAlgorithm } from '../../../src/core/crypto.ts';
import {
  encodeElement,
  encodeNull,
  encodeObjectIdentifier,
  encodeOctetString,
  encodeSequence,
  encodeSetOf,
} from '../../../src/core/der/writer.ts';
import type { Certificate } from '../../../src/core/x509/certificate.ts';
import { decodeCertificate } from '../../../src/core/x509/decode-certificate.ts';
import { HASH_OID } from '../../../src/core/x509/hash-algorithm.ts';
import type { KeyPair } from '../signature/keys.ts';

/** Builds certificates and SignedData piece by piece, so that a test can put any one piece wrong. */

export const ascii = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));
export const integer = (...octets: number[]): Uint8Array => encodeElement(0x02, Uint8Array.from(octets));
export const oid = encodeObjectIdentifier;
export const octets = encodeOctetString;
export const explicit = (n: number, ...inside: Uint8Array[]): Uint8Array =>
  encodeElement(0xa0 | n, concatBytes(...inside));
export const algorithm = (identifier: string, parameters: Uint8Array = encodeNull()): Uint8Array =>
  encodeSequence(oid(identifier), parameters);

const NODE = { 'SHA-1': 'sha1', 'SHA-256': 'sha256', 'SHA-384': 'sha384', 'SHA-512': 'sha512' } as const;
export const digest = (hash: HashAlgorithm, data: Uint8Array): Uint8Array =>
  Uint8Array.from(createHash(NODE[hash]).update(data).digest());

export const ID_DATA = '1.2.840.113549.1.7.1';
export const ID_SIGNED_DATA = '1.2.840.113549.1.7.2';
export const RSA_ENCRYPTION = algorithm('1.2.840.113549.1.1.1');
const RSA_WITH = { 'SHA-1': 5, 'SHA-256': 11, 'SHA-384': 12, 'SHA-512': 13 } as const;
const ECDSA_WITH = { 'SHA-1': '1', 'SHA-256': '3.2', 'SHA-384': '3.3', 'SHA-512': '3.4' } as const;
export const rsaWith = (hash: HashAlgorithm): Uint8Array => algorithm(`1.2.840.113549.1.1.${RSA_WITH[hash]}`);
export const ecdsaWith = (hash: HashAlgorithm): Uint8Array =>
  algorithm(`1.2.840.10045.4.${ECDSA_WITH[hash]}`, new Uint8Array());

export interface Signer {
  readonly key: KeyPair;
  readonly certificate: Certificate;
  readonly name: Uint8Array;
  readonly serial: Uint8Array;
  readonly keyIdentifier: Uint8Array;
}

/** A self-made certificate for the key: CMS rules ask for names, serial, key and key identifier alone. */
export function newSigner(key: KeyPair, commonName: string, serial: number): Signer {
  const name = encodeSequence(encodeSetOf([encodeSequence(oid('2.5.4.3'), encodeElement(0x0c, ascii(commonName)))]));
  const keyIdentifier = digest('SHA-1', key.spki.subjectPublicKey);
  const isRsa = key.spki.key.type === 'rsa';
  const signatureAlgorithm = isRsa ? rsaWith('SHA-256') : ecdsaWith('SHA-256');
  const extension = encodeSequence(oid('2.5.29.14'), octets(octets(keyIdentifier)));
  const tbs = encodeSequence(
    explicit(0, integer(2)),
    integer(serial),
    signatureAlgorithm,
    name,
    encodeSequence(encodeElement(0x17, ascii('250101000000Z')), encodeElement(0x17, ascii('350101000000Z'))),
    name,
    key.spki.der,
    explicit(3, encodeSequence(extension)),
  );
  const signature = concatBytes(Uint8Array.of(0), sign('sha256', tbs, key.privateKey));
  const certificate = decodeCertificate(encodeSequence(tbs, signatureAlgorithm, encodeElement(0x03, signature)));
  return { key, certificate, name, serial: integer(serial), keyIdentifier };
}

export const attribute = (type: string, ...values: Uint8Array[]): Uint8Array =>
  encodeSequence(oid(type), encodeElement(0x31, concatBytes(...values)));
export const contentType = (type = ID_DATA): Uint8Array => attribute('1.2.840.113549.1.9.3', oid(type));
export const messageDigest = (value: Uint8Array): Uint8Array => attribute('1.2.840.113549.1.9.4', octets(value));
export const signingTime = (time = '260601030000Z'): Uint8Array =>
  attribute('1.2.840.113549.1.9.5', encodeElement(0x17, ascii(time)));

export interface SignerInfoParts {
  readonly signer: Signer;
  readonly content: Uint8Array;
  readonly hash?: HashAlgorithm;
  readonly version?: number;
  readonly sid?: Uint8Array;
  readonly digestAlgorithm?: Uint8Array;
  /** Undefined: contentType, signingTime, messageDigest. Null: no signedAttrs. */
  readonly attributes?: readonly Uint8Array[] | null;
  /** Attributes are put into DER order, unless they are to be transmitted as given. */
  readonly asGiven?: boolean;
  readonly signatureAlgorithm?: Uint8Array;
  readonly unsignedAttrs?: readonly Uint8Array[];
  /** Octets to be signed instead of DER(SET OF attributes). */
  readonly signedOctets?: Uint8Array;
  readonly signature?: Uint8Array;
  /** The hash inside the signature, when it is to differ from `hash`. */
  readonly signatureHash?: HashAlgorithm;
}

export function standardAttributes(content: Uint8Array, hash: HashAlgorithm = 'SHA-256'): readonly Uint8Array[] {
  return [contentType(), signingTime(), messageDigest(digest(hash, content))];
}

const inOrder = (attributes: readonly Uint8Array[]): readonly Uint8Array[] => [...attributes].sort(compareBytes);

/** The shape of the existing signers: issuerAndSerialNumber, three attributes, `rsaEncryption`. */
export function buildSignerInfo(parts: SignerInfoParts): Uint8Array {
  const { signer, content, hash = 'SHA-256' } = parts;
  const attributes = parts.attributes === undefined ? standardAttributes(content, hash) : parts.attributes;
  const signedOctets = parts.signedOctets ?? (attributes === null ? content : encodeSetOf(attributes));
  const signature = parts.signature ?? sign(NODE[parts.signatureHash ?? hash], signedOctets, signer.key.privateKey);
  const usual = signer.key.spki.key.type === 'rsa' ? RSA_ENCRYPTION : ecdsaWith(hash);
  return encodeSequence(
    integer(parts.version ?? 1),
    parts.sid ?? encodeSequence(signer.name, signer.serial),
    parts.digestAlgorithm ?? algorithm(HASH_OID[hash]),
    attributes === null ? new Uint8Array() : explicit(0, ...(parts.asGiven ? attributes : inOrder(attributes))),
    parts.signatureAlgorithm ?? usual,
    octets(signature),
    parts.unsignedAttrs === undefined ? new Uint8Array() : explicit(1, ...parts.unsignedAttrs),
  );
}

export interface SignedDataParts {
  readonly signerInfos: readonly Uint8Array[];
  /** Undefined: detached. */
  readonly content?: Uint8Array;
  readonly certificates?: readonly Uint8Array[];
  readonly crls?: readonly Uint8Array[];
  readonly version?: number;
  readonly digestAlgorithms?: readonly Uint8Array[];
  readonly eContentType?: string;
  readonly contentType?: string;
}

export function buildSignedData(parts: SignedDataParts): Uint8Array {
  const { certificates, crls } = parts;
  const nothing = new Uint8Array();
  const signedData = encodeSequence(
    integer(parts.version ?? 1),
    encodeElement(0x31, concatBytes(...(parts.digestAlgorithms ?? [algorithm(HASH_OID['SHA-256'])]))),
    encodeSequence(
      oid(parts.eContentType ?? ID_DATA),
      parts.content === undefined ? nothing : explicit(0, octets(parts.content)),
    ),
    certificates === undefined ? nothing : explicit(0, ...certificates),
    crls === undefined ? nothing : explicit(1, ...crls),
    encodeElement(0x31, concatBytes(...parts.signerInfos)),
  );
  return encodeSequence(oid(parts.contentType ?? ID_SIGNED_DATA), explicit(0, signedData));
}
