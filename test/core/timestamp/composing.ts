import { sign } from 'node:crypto';
import { concatBytes } from '../../../src/core/bytes.ts';
import type { HashAlgorithm } from '../../../src/core/crypto.ts';
import {
  encodeElement,
  encodeIntegerOctets,
  encodeSequence,
  encodeSetOf,
  unsignedIntegerOctets,
} from '../../../src/core/der/writer.ts';
import { encodeMessageImprint, type KnownImprint } from '../../../src/core/timestamp/message-imprint.ts';
import { type TokenInput, type TokenOutcome, verifyTimeStampToken } from '../../../src/core/timestamp/verify-token.ts';
import { HASH_OID } from '../../../src/core/x509/hash-algorithm.ts';
import { nodeCrypto } from '../../../src/platform/crypto.ts';
import * as cms from '../cms/building.ts';
import * as compose from '../revocation/compose.ts';

/** Composes tokens piece by piece, so that a test can put any one piece wrong. */

export const ID_CT_TST_INFO = '1.2.840.113549.1.9.16.1.4';
export const TIME_STAMPING = '1.3.6.1.5.5.7.3.8';
export const POLICY = '1.2.3.4.1';
export const NONCE = unsignedIntegerOctets(Uint8Array.of(0xa5, 1, 2, 3));
export const AT = compose.NOW;
export const AT_TEXT = '20260601030000Z';

export const message = cms.ascii('what is stamped');
export const imprintOf = (octets: Uint8Array, hashAlgorithm: HashAlgorithm = 'SHA-256'): KnownImprint => ({
  hashAlgorithm,
  hashedMessage: nodeCrypto.digest(hashAlgorithm, octets),
});
export const imprint = imprintOf(message);

export const timeStamping = (critical = true, ...purposes: readonly string[]): Uint8Array =>
  compose.extension('2.5.29.37', encodeSequence(...[TIME_STAMPING, ...purposes].map(cms.oid)), critical);
export const digitalSignature = compose.keyUsage(0);

export const root = compose.createParty('TSA root');
export const tsa = compose.createParty('TSA');
export const rootCertificate = compose.composeCertificate({
  subject: root,
  issuer: root,
  extensions: [compose.basicConstraintsCa, compose.keyUsage(5, 6)],
});

export const issueTsa = (options: Partial<Parameters<typeof compose.composeCertificate>[0]> = {}): Uint8Array =>
  compose.composeCertificate({
    ...{ subject: tsa, issuer: root, serial: 7, extensions: [digitalSignature, timeStamping()] },
    ...options,
  });
export const tsaCertificate = issueTsa();

export const generalName = (name: Uint8Array): Uint8Array => encodeElement(0xa0, compose.directoryName(name));
export const time = (text: string): Uint8Array => encodeElement(0x18, cms.ascii(text));

export interface TstInfoParts {
  readonly version?: Uint8Array;
  readonly policy?: string;
  readonly messageImprint?: Uint8Array;
  readonly serialNumber?: Uint8Array;
  readonly genTime?: Uint8Array;
  /** accuracy, ordering, nonce, tsa, extensions. */
  readonly rest?: readonly Uint8Array[];
}

export const buildTstInfo = (parts: TstInfoParts = {}): Uint8Array =>
  encodeSequence(
    parts.version ?? cms.integer(1),
    cms.oid(parts.policy ?? POLICY),
    parts.messageImprint ?? encodeMessageImprint(imprint),
    parts.serialNumber ?? cms.integer(42),
    parts.genTime ?? time(AT_TEXT),
    ...(parts.rest ?? [encodeIntegerOctets(NONCE)]),
  );

/** ESSCertIDv2 with the default hash, or version 1 with SHA-1. */
export function signingCertificate(certificate: Uint8Array, version: 1 | 2 = 2): Uint8Array {
  const hash = cms.digest(version === 1 ? 'SHA-1' : 'SHA-256', certificate);
  const type = version === 1 ? '1.2.840.113549.1.9.16.2.12' : '1.2.840.113549.1.9.16.2.47';
  return cms.attribute(type, encodeSequence(encodeSequence(encodeSequence(cms.octets(hash)))));
}

export interface TokenParts {
  readonly tstInfo?: Uint8Array;
  readonly certificate?: Uint8Array;
  readonly certificates?: readonly Uint8Array[];
  readonly attributes?: (content: Uint8Array) => readonly Uint8Array[];
  readonly signer?: compose.Party;
  readonly sid?: Uint8Array;
  readonly digestAlgorithm?: Uint8Array;
  readonly eContentType?: string;
  readonly signerInfos?: (one: Uint8Array) => readonly Uint8Array[];
  readonly signature?: Uint8Array;
  readonly unsignedAttrs?: readonly Uint8Array[];
  readonly detached?: boolean;
}

export const usualAttributes = (content: Uint8Array, certificate = tsaCertificate): readonly Uint8Array[] => [
  cms.contentType(ID_CT_TST_INFO),
  cms.messageDigest(cms.digest('SHA-256', content)),
  signingCertificate(certificate),
];

export function buildToken(parts: TokenParts = {}): Uint8Array {
  const content = parts.tstInfo ?? buildTstInfo();
  const certificate = parts.certificate ?? tsaCertificate;
  const signer = parts.signer ?? tsa;
  const attributes = parts.attributes?.(content) ?? usualAttributes(content, certificate);
  const signedOctets = encodeSetOf(attributes);
  const set = concatBytes(...[...attributes].sort(Buffer.compare));
  const signerInfo = encodeSequence(
    cms.integer(1),
    parts.sid ?? encodeSequence(root.name, compose.integer(7)),
    parts.digestAlgorithm ?? cms.algorithm(HASH_OID['SHA-256']),
    encodeElement(0xa0, set),
    signer.algorithm,
    cms.octets(parts.signature ?? new Uint8Array(sign(signer.hash, signedOctets, signer.privateKey))),
    parts.unsignedAttrs === undefined ? new Uint8Array() : cms.explicit(1, ...parts.unsignedAttrs),
  );
  return cms.buildSignedData({
    version: 3,
    eContentType: parts.eContentType ?? ID_CT_TST_INFO,
    ...(parts.detached ? {} : { content }),
    certificates: parts.certificates ?? [certificate],
    signerInfos: parts.signerInfos?.(signerInfo) ?? [signerInfo],
  });
}

export const verify = (token: Uint8Array, asked: Partial<TokenInput> = {}): TokenOutcome =>
  verifyTimeStampToken({ token, imprint, nonce: NONCE, crypto: nodeCrypto, ...asked });

/** The fault and its detail, or `verified`. */
export function told(outcome: TokenOutcome): string {
  return outcome.ok ? 'verified' : `${outcome.fault}: ${outcome.detail}`;
}

export const granted = (token: Uint8Array): Uint8Array => encodeSequence(encodeSequence(cms.integer(0)), token);
