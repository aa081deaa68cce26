import { constants, privateEncrypt } from 'node:crypto';
import type { Medium } from '../japan/leaf.ts';
import type { CertificateRecord, Register, Resident } from '../japan/register.ts';
import { issueSignedData } from '../pki/cms.ts';
import type { Kind } from '../pki/names.ts';
import { caName } from '../pki/names.ts';
import { type SignatureName, signOctets } from '../pki/signature.ts';
import type { SigningKey } from '../pki/signing-key.ts';

export type CardAlgorithm = 'RS256' | 'RS384' | 'RS512' | 'PS256' | 'ES384';
export type DigestAlgorithm = 'SHA-256' | 'SHA-384' | 'SHA-512';

/** What is asked of the card; binary in base64. */
export interface SignRequest {
  readonly kind?: Kind;
  readonly medium?: Medium;
  /** Signs with a certificate that is no longer on the card: its serialNumber in hexadecimal. */
  readonly serialNumber?: string;
  readonly format?: 'raw' | 'cms';
  readonly algorithm?: CardAlgorithm;
  readonly encoding?: 'der' | 'p1363';
  readonly content?: string;
  readonly digest?: { readonly algorithm: DigestAlgorithm; readonly value: string };
  readonly detached?: boolean;
  readonly signingCertificateV2?: boolean;
  readonly signingTime?: boolean;
  readonly purpose?: string;
  readonly reference?: string;
  readonly challengeId?: string;
}

/** A body for POST /jpki/verify. */
export interface VerifyBody {
  readonly purpose: string;
  readonly reference?: string;
  readonly challengeId?: string;
  readonly signature: Readonly<Record<string, unknown>>;
}

export type Signed =
  | { readonly ok: true; readonly body: VerifyBody }
  | { readonly ok: false; readonly status: 400 | 409; readonly code: string; readonly detail: string };

const refuse = (status: 400 | 409, code: string, detail: string): Signed => ({ ok: false, status, code, detail });

/** Default content: something to sign when nobody says what. */
const NOTHING_SAID = Buffer.from('jpki-verifier sandbox', 'utf8').toString('base64');

/** DigestInfo up to the digest (card.md §10.2). */
const DIGEST_INFO: Record<DigestAlgorithm, { prefix: string; octets: number; algorithm: CardAlgorithm }> = {
  'SHA-256': { prefix: '3031300d060960864801650304020105000420', octets: 32, algorithm: 'RS256' },
  'SHA-384': { prefix: '3041300d060960864801650304020205000430', octets: 48, algorithm: 'RS384' },
  'SHA-512': { prefix: '3051300d060960864801650304020305000440', octets: 64, algorithm: 'RS512' },
};

function certificateFor(register: Register, resident: Resident, request: SignRequest): CertificateRecord | undefined {
  const kind = request.kind ?? 'digital-signature';
  if (request.serialNumber !== undefined) {
    const record = register.certificate(kind, request.serialNumber);
    return record?.residentId === resident.id ? record : undefined;
  }
  const token = resident.tokens.find(({ medium }) => medium === (request.medium ?? resident.tokens[0]?.medium));
  return token === undefined ? undefined : register.certificateOn(token, kind);
}

/** Signs as the card does. A card knows no revocation and no clock: it signs with whatever is on it. */
export function signAsCard(register: Register, resident: Resident, request: SignRequest, now: number): Signed {
  const record = certificateFor(register, resident, request);
  if (record === undefined) {
    return refuse(409, 'no-such-certificate', 'This resident has no certificate of that kind on that medium.');
  }
  const key = register.keys.get(record.keyName);
  const algorithm = request.algorithm ?? (key.type === 'ec' ? 'ES384' : 'RS256');
  if (algorithm.startsWith('ES') !== (key.type === 'ec')) {
    return refuse(
      400,
      'algorithm-not-of-this-card',
      `The key on this card is ${key.type}; ${algorithm} is not for it.`,
    );
  }
  if (request.content !== undefined && request.digest !== undefined) {
    return refuse(400, 'content-or-digest', 'Give content or digest, not both.');
  }
  if (request.format === 'cms') return signCms(record, key, algorithm, request, now);
  return request.digest === undefined
    ? signRaw(record, key, algorithm, request)
    : signDigest(record, key, request, request.digest);
}

function bodyOf(request: SignRequest, signature: Readonly<Record<string, unknown>>): VerifyBody {
  return {
    purpose: request.purpose ?? 'account-opening',
    ...(request.reference === undefined ? {} : { reference: request.reference }),
    ...(request.challengeId === undefined ? {} : { challengeId: request.challengeId }),
    signature,
  };
}

function signRaw(record: CertificateRecord, key: SigningKey, algorithm: CardAlgorithm, request: SignRequest): Signed {
  const content = request.content ?? NOTHING_SAID;
  const encoding = request.encoding === 'p1363' ? 'ieee-p1363' : 'der';
  const value = signOctets(algorithm, key, Buffer.from(content, 'base64'), encoding);
  const signature = {
    format: 'raw',
    value: Buffer.from(value).toString('base64'),
    algorithm,
    ...(request.encoding === undefined ? {} : { encoding: request.encoding }),
    certificate: record.der,
    ...(request.challengeId === undefined ? { content } : {}),
  };
  return { ok: true, body: bodyOf(request, signature) };
}

/** The card's command 80 2A 00 80: PKCS#1 v1.5 over the DigestInfo that the caller made (card.md §10.1). */
function signDigest(
  record: CertificateRecord,
  key: SigningKey,
  request: SignRequest,
  digest: { readonly algorithm: DigestAlgorithm; readonly value: string },
): Signed {
  const { prefix, octets, algorithm } = DIGEST_INFO[digest.algorithm];
  const value = Buffer.from(digest.value, 'base64');
  if (key.type === 'ec') return refuse(400, 'digest-needs-rsa', 'Only the RSA card signs a digest made elsewhere.');
  if (value.length !== octets) {
    return refuse(400, 'digest-length', `A ${digest.algorithm} digest has ${octets} octets, this one ${value.length}.`);
  }
  if ((request.algorithm ?? algorithm) !== algorithm) {
    return refuse(400, 'digest-algorithm', `A ${digest.algorithm} digest goes with ${algorithm}.`);
  }
  const info = Buffer.concat([Buffer.from(prefix, 'hex'), value]);
  const signed = privateEncrypt({ key: key.privateKey, padding: constants.RSA_PKCS1_PADDING }, info);
  const signature = {
    format: 'raw',
    value: signed.toString('base64'),
    algorithm,
    certificate: record.der,
    ...(request.challengeId === undefined ? { digest } : {}),
  };
  return { ok: true, body: bodyOf(request, signature) };
}

function signCms(
  record: CertificateRecord,
  key: SigningKey,
  algorithm: CardAlgorithm,
  request: SignRequest,
  now: number,
): Signed {
  if (request.digest !== undefined) return refuse(400, 'cms-needs-content', 'A CMS signature is made over content.');
  const content = request.content ?? NOTHING_SAID;
  const detached = request.detached === true;
  const container = issueSignedData({
    content: Buffer.from(content, 'base64'),
    detached,
    signer: {
      der: Buffer.from(record.der, 'base64'),
      issuer: caName(record.kind),
      serial: Buffer.from(record.serial, 'hex'),
      keyIdentifier: key.keyIdentifier,
    },
    key,
    signature: algorithm satisfies SignatureName,
    signingTime: request.signingTime === false ? undefined : now,
    signingCertificateV2: request.signingCertificateV2 === true,
  });
  const signature = {
    format: 'cms',
    value: Buffer.from(container).toString('base64'),
    ...(detached && request.challengeId === undefined ? { content } : {}),
  };
  return { ok: true, body: bodyOf(request, signature) };
}
