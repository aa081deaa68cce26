import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { readDer } from '../../../src/core/der/reader.ts';
import { encodeUtf8 } from '../../../src/core/der/strings.ts';
import * as tags from '../../../src/core/der/tags.ts';
import { readEach } from '../../../src/core/der/values.ts';
import { encodeElement, encodeObjectIdentifier, encodeSequence } from '../../../src/core/der/writer.ts';
import type { Certificate } from '../../../src/core/x509/certificate.ts';
import { decodeCertificate } from '../../../src/core/x509/decode-certificate.ts';

/** Certificates of the JPKI profile, and departures from it, issued by other code than the one that judges them. */

const { subtle } = webcrypto;
x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0]);

export interface KeyPair {
  readonly keys: webcrypto.CryptoKeyPair;
  readonly signing: { readonly name: string; readonly hash?: string };
}

export async function ecKey(): Promise<KeyPair> {
  const keys = await subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  return { keys: keys as webcrypto.CryptoKeyPair, signing: { name: 'ECDSA', hash: 'SHA-256' } };
}

export async function rsaKey(modulusLength = 2048): Promise<KeyPair> {
  const algorithm = {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    publicExponent: Uint8Array.of(1, 0, 1),
    modulusLength,
  };
  const keys = await subtle.generateKey(algorithm, true, ['sign', 'verify']);
  return { keys: keys as webcrypto.CryptoKeyPair, signing: { name: 'RSASSA-PKCS1-v1_5' } };
}

/** RS256 or ES256 in Ecdsa-Sig-Value, by the key's type. */
export async function sign({ keys, signing }: KeyPair, content: Uint8Array): Promise<Uint8Array> {
  const octets = new Uint8Array(await subtle.sign(signing, keys.privateKey, content as Uint8Array<ArrayBuffer>));
  if (signing.name !== 'ECDSA') return octets;
  const integer = (half: Uint8Array) => {
    const first = half.findIndex((octet) => octet !== 0);
    const minimal = half.subarray(first);
    return encodeElement(tags.INTEGER, (minimal[0] ?? 0) >= 0x80 ? Uint8Array.of(0, ...minimal) : minimal);
  };
  return encodeSequence(integer(octets.subarray(0, 32)), integer(octets.subarray(32)));
}

export interface Extension {
  readonly oid: string;
  readonly critical: boolean;
  readonly value: Uint8Array;
}

export interface CertificateTemplate {
  readonly subject: string;
  readonly issuer: string;
  readonly serial: string;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly key: KeyPair;
  readonly signer: KeyPair;
  readonly extensions: readonly Extension[];
}

type SignedBy = Extract<x509.X509CertificateCreateParams, { signingKey: unknown }>;

export async function issue(template: CertificateTemplate): Promise<Certificate> {
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: template.serial,
    subject: template.subject,
    issuer: template.issuer,
    notBefore: new Date(template.notBefore),
    notAfter: new Date(template.notAfter),
    publicKey: template.key.keys.publicKey as SignedBy['publicKey'],
    signingKey: template.signer.keys.privateKey as SignedBy['signingKey'],
    signingAlgorithm: template.signer.signing as SignedBy['signingAlgorithm'],
    extensions: template.extensions.map(
      ({ oid, critical, value }) => new x509.Extension(oid, critical, value as Uint8Array<ArrayBuffer>),
    ),
  });
  return decodeCertificate(new Uint8Array(certificate.rawData));
}

const oid = encodeObjectIdentifier;
const context = (n: number, content: Uint8Array) => encodeElement(tags.contextConstructed(n), content);
const extension = (id: string, value: Uint8Array, critical = false): Extension => ({ oid: id, critical, value });
const bits = (unused: number, ...octets: number[]) => encodeElement(tags.BIT_STRING, Uint8Array.of(unused, ...octets));
const concat = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));

/** directoryName with one common name; enough where only presence counts. */
const someDirectoryName = context(
  4,
  encodeSequence(
    encodeElement(tags.SET, encodeSequence(oid('2.5.4.3'), encodeElement(tags.UTF8_STRING, encodeUtf8('見本')))),
  ),
);

export const ARC = '1.2.392.200149.8.5.5';
export const ATTRIBUTES: Readonly<Record<string, string>> = {
  [`${ARC}.1`]: '見本　太郎',
  [`${ARC}.4`]: '319800217',
  [`${ARC}.3`]: '1',
  [`${ARC}.5`]: '見本県見本市見本町１－１',
  [`${ARC}.2`]: '00000',
  [`${ARC}.6`]: '000000000000',
};

export const extensions = {
  keyUsage: (kind: 'digital-signature' | 'user-authentication' | 'ca') =>
    extension(
      '2.5.29.15',
      kind === 'ca' ? bits(1, 0x06) : kind === 'digital-signature' ? bits(6, 0xc0) : bits(7, 0x80),
      true,
    ),
  extKeyUsage: (purposes: readonly string[], critical = false) =>
    extension('2.5.29.37', encodeSequence(...purposes.map(oid)), critical),
  attributes: (attributes: readonly (readonly [string, string])[] = Object.entries(ATTRIBUTES)) =>
    extension(
      '2.5.29.17',
      encodeSequence(
        ...attributes.map(([type, text]) =>
          context(0, concat(oid(type), context(0, encodeElement(tags.UTF8_STRING, encodeUtf8(text))))),
        ),
      ),
    ),
  policies: (policies: readonly string[], critical = true) =>
    extension('2.5.29.32', encodeSequence(...policies.map((policy) => encodeSequence(oid(policy)))), critical),
  issuerAltName: () => extension('2.5.29.18', encodeSequence(someDirectoryName)),
  distributionPoint: () =>
    extension('2.5.29.31', encodeSequence(encodeSequence(context(0, context(0, someDirectoryName))))),
  ocspUrl: () =>
    extension(
      '1.3.6.1.5.5.7.1.1',
      encodeSequence(
        encodeSequence(oid('1.3.6.1.5.5.7.48.1'), encodeElement(0x86, encodeUtf8('http://ocsp.example.invalid'))),
      ),
    ),
  authorityKeyIdentifier: (identifier: Uint8Array) =>
    extension('2.5.29.35', encodeSequence(encodeElement(0x80, identifier))),
  subjectKeyIdentifier: (identifier: Uint8Array) =>
    extension('2.5.29.14', encodeElement(tags.OCTET_STRING, identifier)),
  basicConstraints: (cA: boolean) =>
    extension('2.5.29.19', cA ? encodeSequence(Uint8Array.of(1, 1, 0xff)) : encodeSequence(), true),
  unknownCritical: () => extension('1.2.3.4.5', Uint8Array.of(5, 0), true),
};

export const POLICY = {
  signing: '1.2.392.200149.8.5.1.1.20',
  authentication: '1.2.392.200149.8.5.1.3.30',
  smartphone: '1.2.392.200149.8.5.1.1.40',
  test: '1.2.392.200149.8.5.1.0.20',
} as const;

export const DN = {
  signing: 'C=JP, O=JPKI, OU=JPKI for digital signature, OU=Japan Agency for Local Authority Information Systems',
  authentication:
    'C=JP, O=JPKI, OU=JPKI for user authentication, OU=Japan Agency for Local Authority Information Systems',
} as const;

export const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';

/** The extensions of an honest certificate, in the order of the profile. */
export function profileExtensions(
  kind: 'digital-signature' | 'user-authentication',
  authority: Uint8Array,
): Extension[] {
  const signing = kind === 'digital-signature';
  return [
    extensions.keyUsage(kind),
    signing ? extensions.attributes() : extensions.extKeyUsage([CLIENT_AUTH]),
    extensions.policies([signing ? POLICY.signing : POLICY.authentication]),
    extensions.issuerAltName(),
    extensions.distributionPoint(),
    extensions.ocspUrl(),
    extensions.authorityKeyIdentifier(authority),
    extensions.subjectKeyIdentifier(Uint8Array.of(9, 9)),
  ];
}

export interface Root {
  readonly certificate: Certificate;
  readonly key: KeyPair;
  readonly name: string;
  readonly identifier: Uint8Array;
}

export async function issueRoot(
  name: string,
  identifier: Uint8Array,
  validity?: readonly [string, string],
): Promise<Root> {
  const key = await ecKey();
  const [notBefore, notAfter] = validity ?? ['2023-07-16T00:00:00Z', '2033-07-15T14:59:59Z'];
  const certificate = await issue({
    subject: name,
    issuer: name,
    serial: '01',
    notBefore,
    notAfter,
    key,
    signer: key,
    extensions: [
      extensions.keyUsage('ca'),
      extensions.basicConstraints(true),
      extensions.subjectKeyIdentifier(identifier),
    ],
  });
  return { certificate, key, name, identifier };
}

export const NOT_BEFORE = '2025-02-01T00:00:00Z';
export const NOT_AFTER = '2030-02-17T14:59:59Z';

/** A leaf by that root, honest where `changes` say nothing. */
export async function issueLeaf(
  root: Root,
  key: KeyPair,
  kind: 'digital-signature' | 'user-authentication',
  changes: Partial<CertificateTemplate> = {},
): Promise<Certificate> {
  return issue({
    subject: 'C=JP, CN=20250201000000MIHON',
    issuer: root.name,
    serial: '067c6a22',
    notBefore: NOT_BEFORE,
    notAfter: NOT_AFTER,
    key,
    signer: root.key,
    extensions: profileExtensions(kind, root.identifier),
    ...changes,
  });
}

/** The same certificate with another serialNumber, signed again: the issuing library makes positive ones only. */
export async function withSerialNumber(certificate: Certificate, root: Root, octets: Uint8Array): Promise<Certificate> {
  const [version, , ...rest] = readEach(readDer(certificate.tbsCertificate, 65_536), 16).map(({ der }) => der);
  const tbs = encodeSequence(version ?? new Uint8Array(), encodeElement(tags.INTEGER, octets), ...rest);
  const signature = encodeElement(tags.BIT_STRING, concat(Uint8Array.of(0), await sign(root.key, tbs)));
  return decodeCertificate(encodeSequence(tbs, certificate.signatureAlgorithm.der, signature));
}
