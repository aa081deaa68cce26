import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { encodeUtf8 } from '../../../src/core/der/strings.ts';
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
import type { Certificate } from '../../../src/core/x509/certificate.ts';
import { decodeCertificate } from '../../../src/core/x509/decode-certificate.ts';

/** Certificates put together field by field, so that every field can be wrong. Signed with node:crypto. */

export const ECDSA_WITH_SHA256 = encodeSequence(encodeObjectIdentifier('1.2.840.10045.4.3.2'));

export interface Keys {
  readonly privateKey: KeyObject;
  readonly spki: Uint8Array;
}

export function newKeys(): Keys {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { privateKey, spki: new Uint8Array(publicKey.export({ format: 'der', type: 'spki' })) };
}

const COMMON_NAME = '2.5.4.3';

export type NameAttribute = string | readonly [type: string, value: string, tag?: number];

/** Attributes by dotted type, one RDN each: `['2.5.4.6', 'JP', tags.PRINTABLE_STRING]`; a string alone is a CN. */
export function name(...attributes: readonly NameAttribute[]): Uint8Array {
  return encodeSequence(
    ...attributes.map((attribute) => {
      const [type, value, tag] = typeof attribute === 'string' ? ([COMMON_NAME, attribute] as const) : attribute;
      return encodeSetOf([
        encodeSequence(encodeObjectIdentifier(type), encodeElement(tag ?? tags.UTF8_STRING, encodeUtf8(value))),
      ]);
    }),
  );
}

export function utcTime(iso: string): Uint8Array {
  const digits = iso.replaceAll(/[-T:]/g, '');
  return encodeElement(tags.UTC_TIME, encodeUtf8(digits.slice(2)));
}

export interface Extension {
  readonly id: string;
  readonly critical?: boolean;
  readonly value: Uint8Array;
}

export const TRUE = Uint8Array.of(1, 1, 0xff);
export const FALSE = Uint8Array.of(1, 1, 0);

export function encodeExtension({ id, critical, value }: Extension): Uint8Array {
  const flag = critical === true ? [TRUE] : [];
  return encodeSequence(encodeObjectIdentifier(id), ...flag, encodeOctetString(value));
}

export interface Fields {
  readonly version?: Uint8Array | undefined;
  readonly serial?: Uint8Array;
  readonly algorithm?: Uint8Array;
  readonly innerAlgorithm?: Uint8Array;
  readonly issuer?: Uint8Array;
  readonly notBefore?: Uint8Array;
  readonly notAfter?: Uint8Array;
  readonly subject?: Uint8Array;
  readonly spki?: Uint8Array;
  readonly uniqueIds?: Uint8Array;
  /** The whole `[3]` field, or a list to be wrapped in one. */
  readonly extensions?: readonly Extension[] | Uint8Array | undefined;
  readonly signature?: Uint8Array;
}

const V3 = Uint8Array.of(0xa0, 3, 2, 1, 2);
const NOTHING = new Uint8Array(0);

export function encodeCertificate(fields: Fields, signer: Keys): Uint8Array {
  const { algorithm = ECDSA_WITH_SHA256, extensions } = fields;
  const tbs = encodeSequence(
    fields.version ?? V3,
    encodeIntegerOctets(fields.serial ?? Uint8Array.of(1)),
    fields.innerAlgorithm ?? algorithm,
    fields.issuer ?? name('issuer'),
    encodeSequence(
      fields.notBefore ?? utcTime('2025-01-01T00:00:00Z'),
      fields.notAfter ?? utcTime('2035-01-01T00:00:00Z'),
    ),
    fields.subject ?? name('subject'),
    fields.spki ?? signer.spki,
    fields.uniqueIds ?? NOTHING,
    extensions === undefined || extensions.length === 0
      ? NOTHING
      : extensions instanceof Uint8Array
        ? extensions
        : encodeElement(0xa3, encodeSequence(...extensions.map(encodeExtension))),
  );
  const signature = fields.signature ?? new Uint8Array(sign('sha256', tbs, signer.privateKey));
  return encodeSequence(tbs, algorithm, encodeElement(tags.BIT_STRING, Uint8Array.of(0, ...signature)));
}

/** Values of the extensions that path validation goes by. */
export const extension = {
  authority: (pathLen?: number): Extension => ({
    id: '2.5.29.19',
    critical: true,
    value: encodeSequence(TRUE, pathLen === undefined ? NOTHING : encodeIntegerOctets(Uint8Array.of(pathLen))),
  }),
  /** Bits from the left: keyCertSign is 0x04, digitalSignature 0x80. */
  keyUsage: (octet: number): Extension => {
    const unused = Math.log2(octet & -octet);
    return { id: '2.5.29.15', critical: true, value: Uint8Array.of(3, 2, unused, octet) };
  },
  subjectKey: (id: Uint8Array): Extension => ({ id: '2.5.29.14', value: encodeOctetString(id) }),
  authorityKey: (id: Uint8Array): Extension => ({ id: '2.5.29.35', value: encodeSequence(encodeElement(0x80, id)) }),
  policies: (...policies: readonly string[]): Extension => ({
    id: '2.5.29.32',
    critical: true,
    value: encodeSequence(...policies.map((policy) => encodeSequence(encodeObjectIdentifier(policy)))),
  }),
  mappings: (...pairs: readonly (readonly [string, string])[]): Extension => ({
    id: '2.5.29.33',
    critical: true,
    value: encodeSequence(...pairs.map((pair) => encodeSequence(...pair.map(encodeObjectIdentifier)))),
  }),
  policyConstraints: (explicit?: number, mapping?: number): Extension => ({
    id: '2.5.29.36',
    critical: true,
    value: encodeSequence(
      explicit === undefined ? NOTHING : Uint8Array.of(0x80, 1, explicit),
      mapping === undefined ? NOTHING : Uint8Array.of(0x81, 1, mapping),
    ),
  }),
  inhibitAnyPolicy: (skip: number): Extension => ({
    id: '2.5.29.54',
    critical: true,
    value: Uint8Array.of(2, 1, skip),
  }),
  /** GeneralNames as DER. */
  nameConstraints: (permitted: readonly Uint8Array[], excluded: readonly Uint8Array[]): Extension => {
    const subtrees = (tag: number, bases: readonly Uint8Array[]): Uint8Array =>
      bases.length === 0 ? NOTHING : encodeElement(tag, concat(bases.map((base) => encodeSequence(base))));
    return {
      id: '2.5.29.30',
      critical: true,
      value: encodeSequence(subtrees(0xa0, permitted), subtrees(0xa1, excluded)),
    };
  },
  alternativeNames: (...names: readonly Uint8Array[]): Extension => ({
    id: '2.5.29.17',
    value: encodeSequence(...names),
  }),
  unknown: (critical: boolean): Extension => ({ id: '1.3.6.1.4.1.99999.1', critical, value: encodeNull() }),
};

export const generalName = {
  dns: (text: string): Uint8Array => encodeElement(0x82, encodeUtf8(text)),
  mailbox: (text: string): Uint8Array => encodeElement(0x81, encodeUtf8(text)),
  uri: (text: string): Uint8Array => encodeElement(0x86, encodeUtf8(text)),
  address: (...octets: readonly number[]): Uint8Array => encodeElement(0x87, Uint8Array.from(octets)),
  directory: (der: Uint8Array): Uint8Array => encodeElement(0xa4, der),
  other: (typeId: string, value: Uint8Array): Uint8Array =>
    encodeElement(0xa0, concat([encodeObjectIdentifier(typeId), encodeElement(0xa0, value)])),
};

function concat(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** A CA or a leaf with its key; `issue` signs under its name. */
export interface Entity {
  readonly certificate: Certificate;
  readonly keys: Keys;
  readonly subject: Uint8Array;
  readonly keyIdentifier: Uint8Array;
}

let entities = 0;

function newKeyIdentifier(): Uint8Array {
  entities++;
  return Uint8Array.of(0x4b, entities >> 8, entities & 0xff);
}

export interface EntityOptions extends Omit<Fields, 'extensions'> {
  readonly keys?: Keys;
  readonly keyIdentifier?: Uint8Array;
  /** Added to the extensions of the role; one with the same id takes its place, and `undefined` value leaves it out. */
  readonly extensions?: readonly Extension[];
  readonly without?: readonly string[];
}

function merge(base: readonly Extension[], options: EntityOptions): Extension[] {
  const own = options.extensions ?? [];
  const dropped = new Set([...(options.without ?? []), ...own.map(({ id }) => id)]);
  return [...base.filter(({ id }) => !dropped.has(id)), ...own];
}

/** A self-signed CA. */
export function root(options: EntityOptions = {}): Entity {
  const keys = options.keys ?? newKeys();
  const keyIdentifier = options.keyIdentifier ?? newKeyIdentifier();
  const subject = options.subject ?? name('root');
  const base = [extension.authority(), extension.keyUsage(0x06), extension.subjectKey(keyIdentifier)];
  const fields = { issuer: subject, subject, ...options, spki: keys.spki, extensions: merge(base, options) };
  return { certificate: decodeCertificate(encodeCertificate(fields, keys)), keys, subject, keyIdentifier };
}

/** A CA below `issuer`. */
export function authority(issuer: Entity, subjectName: string, options: EntityOptions = {}): Entity {
  return issue(issuer, name(subjectName), [extension.authority(), extension.keyUsage(0x06)], options);
}

/** An end entity below `issuer`. */
export function leaf(issuer: Entity, options: EntityOptions = {}): Entity {
  return issue(issuer, name('leaf'), [extension.keyUsage(0x80)], options);
}

function issue(issuer: Entity, ownName: Uint8Array, role: readonly Extension[], options: EntityOptions): Entity {
  const keys = options.keys ?? newKeys();
  const keyIdentifier = options.keyIdentifier ?? newKeyIdentifier();
  const subject = options.subject ?? ownName;
  const identifiers = [extension.subjectKey(keyIdentifier), extension.authorityKey(issuer.keyIdentifier)];
  const fields = {
    issuer: issuer.subject,
    ...options,
    subject,
    spki: keys.spki,
    extensions: merge([...role, ...identifiers], options),
  };
  return { certificate: decodeCertificate(encodeCertificate(fields, issuer.keys)), keys, subject, keyIdentifier };
}
