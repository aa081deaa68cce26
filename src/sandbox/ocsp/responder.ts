import { createHash } from 'node:crypto';
import type { OcspContentFault } from '../faults/fault.ts';
import { lastBitFlipped, malformed, truncated } from '../faults/spoil.ts';
import { type Authority, allAuthorities, type DelegateOptions, issueOcspDelegate } from '../japan/authorities.ts';
import { DAY_MS, wholeSecond } from '../japan/calendar.ts';
import type { Register } from '../japan/register.ts';
import { OID } from '../oids.ts';
import { integerOctets } from '../pki/asn1.ts';
import { caName, type Kind, nameDer } from '../pki/names.ts';
import { type CertStatus, certIdOf, issueOcspResponse, type OCSP_ERROR, ocspError } from '../pki/ocsp.ts';
import { keyHash, type SigningKey } from '../pki/signing-key.ts';
import { type Asked, readOcspRequest } from './ocsp-request.ts';

/** How the responder answers when nothing is wrong. */
export interface ResponderSettings {
  readonly signer: 'delegate' | 'ca';
  readonly responderId: 'key' | 'name';
  /** id-pkix-ocsp-nocheck in the delegate's certificate. */
  readonly noCheck: boolean;
  readonly nextUpdate: boolean;
}

export const DEFAULT_RESPONDER: ResponderSettings = {
  signer: 'delegate',
  responderId: 'key',
  noCheck: true,
  nextUpdate: true,
};

/** J-LIS renews its OCSP data every fifteen minutes (revocation.md §3); the sandbox at once. */
const DATA_INTERVAL_MS = 15 * 60_000;

const ERRORS: Partial<Record<OcspContentFault, keyof typeof OCSP_ERROR>> = {
  'try-later': 'tryLater',
  'internal-error': 'internalError',
  'malformed-request': 'malformedRequest',
  'sig-required': 'sigRequired',
  unauthorized: 'unauthorized',
};

/** Faults whose answer is a lie: it says good, whatever the truth. */
const LIES: readonly OcspContentFault[] = [
  'stale',
  'future',
  'wrong-cert-id',
  'wrong-signer',
  'bad-signature',
  'delegate-without-usage',
  'delegate-expired',
  'delegate-of-other-generation',
  'replayed-nonce',
];

export interface OcspAsk {
  readonly kind: Kind;
  readonly request: Uint8Array;
  readonly faults: readonly OcspContentFault[];
  readonly settings: ResponderSettings;
  readonly now: number;
}

const equal = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** The CA key whose hash is in the CertID; its name is the same for every generation. */
function authorityOf(register: Register, kind: Kind, asked: Asked): Authority | undefined {
  const { hash } = asked;
  if (hash === undefined) return undefined;
  const nameHash = createHash(hash)
    .update(nameDer(caName(kind)))
    .digest();
  if (!equal(nameHash, asked.issuerNameHash)) return undefined;
  return allAuthorities(register.keys).find(
    (ca) => ca.kind === kind && equal(keyHash(ca.key.spki, hash), asked.issuerKeyHash),
  );
}

function truth(register: Register, ca: Authority, serial: string): CertStatus {
  const record = register.certificate(ca.kind, serial);
  if (record === undefined || record.generation !== ca.generation) return { status: 'unknown' };
  if (record.revoked === null) return { status: 'good' };
  return { status: 'revoked', revokedAt: record.revoked.at, reason: record.revoked.reason };
}

/** DER OCSPResponse to a DER OCSPRequest. */
export function answerOcsp(register: Register, ask: OcspAsk): Uint8Array {
  const has = (fault: OcspContentFault) => ask.faults.includes(fault);
  const error = ask.faults.map((fault) => ERRORS[fault]).find((each) => each !== undefined);
  if (error !== undefined) return ocspError(error);
  const question = readOcspRequest(ask.request);
  const first = question?.asked[0];
  if (question === undefined || first === undefined) return ocspError('malformedRequest');
  const ca = authorityOf(register, ask.kind, first);
  if (ca === undefined) return ocspError('unauthorized');

  const times = timesOf(ask);
  const responses = question.asked.map((asked) => ({
    certId: has('wrong-cert-id') ? neighbour(ca, asked) : asked.certId,
    says: saysOf(ask, truth(register, ca, asked.serial)),
    ...times,
  }));
  const signer = signerOf(register, ca, ask);
  const name = [...caName(ca.kind), [OID.commonName, `OCSP Responder ${ca.generation}`] as const];
  const byName = signer.certificates.length > 0 ? name : caName(ca.kind);
  const to = {
    responses,
    producedAt: times.thisUpdate,
    responder: ask.settings.responderId === 'name' ? { name: byName } : { keyHash: signer.key.keyIdentifier },
    nonce: nonceOf(ask, question.nonce),
    certificates: signer.certificates,
  };
  const response = issueOcspResponse(to, signer.key);
  if (has('bad-signature')) return spoiltSignature(response, signer.certificates);
  if (has('truncated')) return truncated(response);
  return has('malformed') ? malformed(response) : response;
}

function timesOf({ faults, settings, now }: OcspAsk): { thisUpdate: number; nextUpdate: number | undefined } {
  const shift = faults.includes('stale') ? -2 * DAY_MS : faults.includes('future') ? 2 * DAY_MS : 0;
  const thisUpdate = wholeSecond(now) + shift;
  return { thisUpdate, nextUpdate: settings.nextUpdate ? thisUpdate + DATA_INTERVAL_MS : undefined };
}

function saysOf({ faults }: OcspAsk, status: CertStatus): CertStatus {
  if (faults.includes('unknown')) return { status: 'unknown' };
  return faults.some((fault) => LIES.includes(fault)) ? { status: 'good' } : status;
}

/** The CertID of another serial under the same CA. */
function neighbour(ca: Authority, asked: Asked): Uint8Array {
  const serial = BigInt(`0x${asked.serial}`) ^ 1n;
  return certIdOf(caName(ca.kind), ca.key.spki, integerOctets(serial), asked.hash ?? 'sha1');
}

function nonceOf({ faults }: OcspAsk, nonce: Uint8Array | undefined): Uint8Array | undefined {
  if (faults.includes('replayed-nonce')) return Buffer.alloc(nonce?.length ?? 32, 0x5a);
  return faults.includes('no-nonce') ? undefined : nonce;
}

function signerOf(register: Register, ca: Authority, { faults, settings, now }: OcspAsk) {
  if (faults.includes('wrong-signer')) return { key: register.keys.get('attacker-ca'), certificates: [] };
  const delegateFault = delegateOptions(register, ca, faults, now);
  if (settings.signer === 'ca' && delegateFault === undefined) return { key: ca.key, certificates: [] };
  const options = { noCheck: settings.noCheck, ...delegateFault };
  return { key: ca.ocspKey, certificates: [issueOcspDelegate(ca, options)] };
}

function delegateOptions(
  register: Register,
  ca: Authority,
  faults: readonly OcspContentFault[],
  now: number,
): DelegateOptions | undefined {
  if (faults.includes('delegate-without-usage')) return { purposes: [OID.clientAuth] };
  if (faults.includes('delegate-expired')) return { notAfter: wholeSecond(now) - DAY_MS };
  if (!faults.includes('delegate-of-other-generation')) return undefined;
  const other = allAuthorities(register.keys).find(
    ({ kind, generation }) => kind === ca.kind && generation !== ca.generation,
  );
  return { signedBy: (other as { key: SigningKey }).key };
}

/** The signature stands last, or before the certificates: flip a bit of it, not of them. */
function spoiltSignature(response: Uint8Array, certificates: readonly Uint8Array[]): Uint8Array {
  const after = certificates.reduce((sum, each) => sum + each.length, 0) + (certificates.length > 0 ? 8 : 0);
  const head = lastBitFlipped(response.subarray(0, response.length - after));
  return Buffer.concat([head, response.subarray(response.length - after)]);
}
