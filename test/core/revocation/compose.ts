import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { concatBytes } from '../../../src/core/bytes.ts';
import * as tags from '../../../src/core/der/tags.ts';
import {
  encodeElement,
  encodeIntegerOctets,
  encodeNull,
  encodeObjectIdentifier,
  encodeOctetString,
  encodeSequence,
  encodeSetOf,
} from '../../../src/core/der/writer.ts';

/** Composes certificates, OCSP responses and CRLs octet by octet, so that a test can break any part of them. */

export const NOW = Date.UTC(2026, 5, 1, 3, 0, 0);
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

export interface Party {
  readonly name: Uint8Array;
  readonly privateKey: KeyObject;
  readonly spki: Uint8Array;
  readonly algorithm: Uint8Array;
  readonly hash: 'sha1' | 'sha256';
}

const ECDSA_SHA256 = '1.2.840.10045.4.3.2';
const ECDSA_SHA1 = '1.2.840.10045.4.1';
const RSA_SHA256 = '1.2.840.113549.1.1.11';

export function composeName(commonName: string, tag: number = tags.UTF8_STRING): Uint8Array {
  const attribute = (type: string, valueTag: number, value: string): Uint8Array =>
    encodeSetOf([encodeSequence(encodeObjectIdentifier(type), encodeElement(valueTag, Buffer.from(value)))]);
  return encodeSequence(attribute('2.5.4.6', tags.PRINTABLE_STRING, 'JP'), attribute('2.5.4.3', tag, commonName));
}

/** Parties of one CA may share a name and differ in key, as generations do. */
export function createParty(commonName: string, type: 'ec' | 'ec-sha1' | 'rsa' = 'ec'): Party {
  const { privateKey, publicKey } =
    type === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm =
    type === 'rsa'
      ? encodeSequence(encodeObjectIdentifier(RSA_SHA256), encodeNull())
      : encodeSequence(encodeObjectIdentifier(type === 'ec' ? ECDSA_SHA256 : ECDSA_SHA1));
  return {
    name: composeName(commonName),
    privateKey,
    spki: new Uint8Array(publicKey.export({ format: 'der', type: 'spki' })),
    algorithm,
    hash: type === 'ec-sha1' ? 'sha1' : 'sha256',
  };
}

export function integer(value: number | bigint): Uint8Array {
  const digits = BigInt(value).toString(16);
  const octets = Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex');
  return encodeIntegerOctets((octets[0] as number) >= 0x80 ? concatBytes(Uint8Array.of(0), octets) : octets);
}

export function generalizedTime(at: number): Uint8Array {
  const text = new Date(at).toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  return encodeElement(tags.GENERALIZED_TIME, Buffer.from(text));
}

export function utcTime(at: number): Uint8Array {
  const text = new Date(at).toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  return encodeElement(tags.UTC_TIME, Buffer.from(text.slice(2)));
}

export function bits(...numbers: readonly number[]): Uint8Array {
  const last = Math.max(...numbers);
  const octets = new Uint8Array((last >> 3) + 1);
  for (const n of numbers) octets[n >> 3] = (octets[n >> 3] as number) | (0x80 >> (n & 7));
  return concatBytes(Uint8Array.of(7 - (last & 7)), octets);
}

export const TRUE = Uint8Array.of(tags.BOOLEAN, 1, 0xff);

export function extension(extnID: string, value: Uint8Array, critical = false): Uint8Array {
  return encodeSequence(encodeObjectIdentifier(extnID), critical ? TRUE : new Uint8Array(), encodeOctetString(value));
}

export const keyUsage = (...numbers: readonly number[]): Uint8Array =>
  extension('2.5.29.15', encodeElement(tags.BIT_STRING, bits(...numbers)), true);
export const basicConstraintsCa = extension('2.5.29.19', encodeSequence(TRUE), true);
export const extKeyUsage = (...purposes: readonly string[]): Uint8Array =>
  extension('2.5.29.37', encodeSequence(...purposes.map(encodeObjectIdentifier)));
export const ocspNoCheck = extension('1.3.6.1.5.5.7.48.1.5', encodeNull());
export const subjectKeyIdentifier = (id: Uint8Array): Uint8Array => extension('2.5.29.14', encodeOctetString(id));
export const authorityKeyIdentifier = (id: Uint8Array): Uint8Array =>
  extension('2.5.29.35', encodeSequence(encodeElement(0x80, id)));
export const OCSP_SIGNING = '1.3.6.1.5.5.7.3.9';

export const directoryName = (name: Uint8Array): Uint8Array => encodeElement(0xa4, name);
export const uri = (text: string): Uint8Array => encodeElement(0x86, Buffer.from(text));

/** DistributionPointName with fullName, inside its EXPLICIT `[0]`. */
export function fullName(...names: readonly Uint8Array[]): Uint8Array {
  return encodeElement(0xa0, encodeElement(0xa0, concatBytes(...names)));
}

/** …with nameRelativeToCRLIssuer: one attribute. */
export function relativeName(commonName: string): Uint8Array {
  const attribute = encodeSequence(
    encodeObjectIdentifier('2.5.4.3'),
    encodeElement(tags.UTF8_STRING, Buffer.from(commonName)),
  );
  return encodeElement(0xa0, encodeElement(0xa1, attribute));
}

/** Each point: the contents of a DistributionPoint. */
export function distributionPoints(...points: readonly Uint8Array[]): Uint8Array {
  return extension('2.5.29.31', encodeSequence(...points.map((point) => encodeSequence(point))));
}

export const issuingDistributionPoint = (...fields: readonly Uint8Array[]): Uint8Array =>
  extension('2.5.29.28', encodeSequence(...fields), true);

export function composeCertificate(options: {
  readonly subject: Party;
  readonly issuer: Party;
  readonly serial?: number | bigint;
  readonly notBefore?: number;
  readonly notAfter?: number;
  readonly extensions?: readonly Uint8Array[];
}): Uint8Array {
  const { subject, issuer, extensions = [] } = options;
  const tbs = encodeSequence(
    encodeElement(0xa0, integer(2)),
    integer(options.serial ?? 1),
    issuer.algorithm,
    issuer.name,
    encodeSequence(
      generalizedTime(options.notBefore ?? NOW - 365 * DAY),
      generalizedTime(options.notAfter ?? NOW + 365 * DAY),
    ),
    subject.name,
    subject.spki,
    extensions.length === 0 ? new Uint8Array() : encodeElement(0xa3, encodeSequence(...extensions)),
  );
  return signed(tbs, issuer);
}

/** SEQUENCE of what is signed, the algorithm and the signature, as certificates and CRLs have it. */
export function signed(tbs: Uint8Array, signer: Party, ...rest: readonly Uint8Array[]): Uint8Array {
  const signature = new Uint8Array(sign(signer.hash, tbs, signer.privateKey));
  const bitString = encodeElement(tags.BIT_STRING, concatBytes(Uint8Array.of(0), signature));
  return encodeSequence(tbs, signer.algorithm, bitString, ...rest);
}

/** Contents of the subjectPublicKey BIT STRING. */
export function publicKeyOctets(party: Party): Uint8Array {
  const inner = party.spki.subarray(party.spki.length - 65);
  if (inner[0] !== 4) throw new Error('an uncompressed P-256 point was expected');
  return inner;
}

export const digest = (hash: 'sha1' | 'sha256', data: Uint8Array): Uint8Array =>
  new Uint8Array(createHash(hash).update(data).digest());

const HASH_OID = { sha1: '1.3.14.3.2.26', sha256: '2.16.840.1.101.3.4.2.1' } as const;

export function composeCertId(options: {
  readonly issuer: Party;
  readonly serial: number | bigint;
  readonly hash?: 'sha1' | 'sha256';
}): Uint8Array {
  const { issuer, serial, hash = 'sha1' } = options;
  return encodeSequence(
    encodeSequence(encodeObjectIdentifier(HASH_OID[hash]), encodeNull()),
    encodeOctetString(digest(hash, issuer.name)),
    encodeOctetString(digest(hash, publicKeyOctets(issuer))),
    integer(serial),
  );
}

export const GOOD = Uint8Array.of(0x80, 0);
export const UNKNOWN = Uint8Array.of(0x82, 0);
export function revokedAt(at: number, reason?: number): Uint8Array {
  const code = reason === undefined ? new Uint8Array() : encodeElement(0xa0, Uint8Array.of(tags.ENUMERATED, 1, reason));
  return encodeElement(0xa1, concatBytes(generalizedTime(at), code));
}

export function composeSingleResponse(options: {
  readonly certId: Uint8Array;
  readonly certStatus?: Uint8Array;
  readonly thisUpdate?: number;
  readonly nextUpdate?: number | undefined;
  readonly extensions?: readonly Uint8Array[];
}): Uint8Array {
  const { nextUpdate, extensions = [] } = options;
  return encodeSequence(
    options.certId,
    options.certStatus ?? GOOD,
    generalizedTime(options.thisUpdate ?? NOW - 60_000),
    nextUpdate === undefined ? new Uint8Array() : encodeElement(0xa0, generalizedTime(nextUpdate)),
    extensions.length === 0 ? new Uint8Array() : encodeElement(0xa1, encodeSequence(...extensions)),
  );
}

export const responderByName = (party: Party): Uint8Array => encodeElement(0xa1, party.name);
export const responderByKey = (party: Party): Uint8Array =>
  encodeElement(0xa2, encodeOctetString(digest('sha1', publicKeyOctets(party))));

export function composeOcspResponse(options: {
  readonly signer: Party;
  readonly responses: readonly Uint8Array[];
  readonly responderId?: Uint8Array;
  readonly producedAt?: number;
  readonly extensions?: readonly Uint8Array[];
  readonly certificates?: readonly Uint8Array[];
  readonly version?: Uint8Array;
}): Uint8Array {
  const { signer, extensions = [], certificates = [] } = options;
  const tbsResponseData = encodeSequence(
    options.version ?? new Uint8Array(),
    options.responderId ?? responderByName(signer),
    generalizedTime(options.producedAt ?? NOW - 30_000),
    encodeSequence(...options.responses),
    extensions.length === 0 ? new Uint8Array() : encodeElement(0xa1, encodeSequence(...extensions)),
  );
  const certs = certificates.length === 0 ? [] : [encodeElement(0xa0, encodeSequence(...certificates))];
  return composeSuccessful(signed(tbsResponseData, signer, ...certs));
}

export function composeSuccessful(basic: Uint8Array, responseType = '1.3.6.1.5.5.7.48.1.1'): Uint8Array {
  const responseBytes = encodeSequence(encodeObjectIdentifier(responseType), encodeOctetString(basic));
  return encodeSequence(Uint8Array.of(tags.ENUMERATED, 1, 0), encodeElement(0xa0, responseBytes));
}

export const composeFailure = (status: number): Uint8Array => encodeSequence(Uint8Array.of(tags.ENUMERATED, 1, status));

export function crlEntry(
  serial: number | bigint,
  at: number = NOW - DAY,
  ...extensions: readonly Uint8Array[]
): Uint8Array {
  const list = extensions.length === 0 ? new Uint8Array() : encodeSequence(...extensions);
  return encodeSequence(integer(serial), utcTime(at), list);
}

export const reasonCode = (reason: number): Uint8Array =>
  extension('2.5.29.21', Uint8Array.of(tags.ENUMERATED, 1, reason));
export const crlNumber = (number: number | bigint): Uint8Array => extension('2.5.29.20', integer(number));

export function composeCrl(options: {
  readonly issuer: Party;
  readonly entries?: readonly Uint8Array[];
  readonly thisUpdate?: number;
  readonly nextUpdate?: number | undefined;
  readonly extensions?: readonly Uint8Array[];
  readonly version?: Uint8Array;
}): Uint8Array {
  const { issuer, entries = [], extensions = [], nextUpdate } = options;
  const tbs = encodeSequence(
    options.version ?? integer(1),
    issuer.algorithm,
    issuer.name,
    utcTime(options.thisUpdate ?? NOW - HOUR),
    nextUpdate === undefined ? new Uint8Array() : utcTime(nextUpdate),
    entries.length === 0 ? new Uint8Array() : encodeSequence(...entries),
    extensions.length === 0 ? new Uint8Array() : encodeElement(0xa0, encodeSequence(...extensions)),
  );
  return signed(tbs, issuer);
}
