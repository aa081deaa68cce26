import { equalBytes } from '../bytes.ts';
import { decodeCms, type SignedData } from '../cms/signed-data.ts';
import { findSignerCertificate } from '../cms/signer-certificate.ts';
import type { SignerInfo } from '../cms/signer-info.ts';
import { REQUIRED_CMS_CHECKS, verifySignerInfo } from '../cms/verify-signer-info.ts';
import type { CryptoPrimitives } from '../crypto.ts';
import { DecodeError } from '../der/decode-error.ts';
import { MAX_TIMESTAMP_SIZE } from '../der/limits.ts';
import type { CheckResult } from '../verdict/check.ts';
import type { Certificate } from '../x509/certificate.ts';
import type { KnownImprint } from './message-imprint.ts';
import { isNamed, mayStamp } from './tsa-certificate.ts';
import { decodeTstInfo, type TstInfo } from './tst-info.ts';

const ID_CT_TST_INFO = '1.2.840.113549.1.9.16.1.4';

export interface TokenInput {
  /** DER of the TimeStampToken. */
  readonly token: Uint8Array;
  /** What it has to be about. */
  readonly imprint: KnownImprint;
  /** What was asked with, contents octets of the INTEGER; undefined where nobody knows it any more. */
  readonly nonce?: Uint8Array | undefined;
  /** The policy asked for. */
  readonly policy?: string | undefined;
  readonly crypto: CryptoPrimitives;
}

/** Why a token is none, or not that one. */
export type TimeStampFault =
  | 'malformed'
  | 'not-a-timestamp'
  | 'signer-infos'
  | 'algorithm'
  | 'other-imprint'
  | 'other-nonce'
  | 'other-policy'
  | 'unknown-extension'
  | 'signer-missing'
  | 'signer-usage'
  | 'signer-name'
  | 'signing-certificate'
  | 'signature';

declare const verified: unique symbol;
/**
 * A token that a key for time stamps signed, about that imprint. Whose key it is, and whether it counted at the time, is
 * proveTsa's question. Made by verifyTimeStampToken alone.
 */
export interface VerifiedTimeStamp {
  readonly [verified]: true;
  readonly tstInfo: TstInfo;
  readonly signer: Certificate;
  readonly signerInfo: SignerInfo;
  /** All that came with it. */
  readonly certificates: readonly Certificate[];
}

export type TokenOutcome =
  | { readonly ok: true; readonly value: VerifiedTimeStamp }
  /** `detail`: a decoding code or the check that failed. */
  | { readonly ok: false; readonly fault: TimeStampFault; readonly detail: string };

const refused = (fault: TimeStampFault, detail: string): TokenOutcome => ({ ok: false, fault, detail });

/** RFC 3161 §2.2, §2.4.2, with RFC 5816 for the certificate's reference. Never throws for what the token is. */
export function verifyTimeStampToken(input: TokenInput): TokenOutcome {
  try {
    return verifyToken(input);
  } catch (error) {
    if (error instanceof DecodeError) return refused('malformed', error.code);
    throw error;
  }
}

function verifyToken(input: TokenInput): TokenOutcome {
  const { token } = input;
  if (token.length > MAX_TIMESTAMP_SIZE) return refused('malformed', 'size-limit');
  const signedData = decodeCms(token);
  const { eContentType, eContent, signerInfos, certificates } = signedData;
  if (eContentType !== ID_CT_TST_INFO || eContent === undefined) return refused('not-a-timestamp', eContentType);
  const tstInfo = decodeTstInfo(eContent);
  const [signerInfo, ...others] = signerInfos;
  if (signerInfo === undefined || others.length > 0) return refused('signer-infos', `${signerInfos.length}`);
  const otherwise = findOtherwise(tstInfo, input);
  if (otherwise !== undefined) return otherwise;
  const signer = findSignerCertificate(signedData, signerInfo);
  if (signer === undefined) return refused('signer-missing', signerInfo.sid.type);
  if (!mayStamp(signer)) return refused('signer-usage', 'extKeyUsage');
  if (!isNamed(signer, tstInfo.tsa)) return refused('signer-name', 'tsa');
  const fault = findCmsFault(signedData, signerInfo, signer, input.crypto);
  if (fault !== undefined) return fault;
  return { ok: true, value: { tstInfo, signer, signerInfo, certificates } as VerifiedTimeStamp };
}

/** Is it about something else than what was asked? */
function findOtherwise(
  { messageImprint, nonce, policy, extensions }: TstInfo,
  asked: TokenInput,
): TokenOutcome | undefined {
  const { hashAlgorithm, hashedMessage } = asked.imprint;
  if (messageImprint.hashAlgorithm === undefined || messageImprint.hashAlgorithm === 'SHA-1')
    return refused('algorithm', 'messageImprint');
  if (messageImprint.hashAlgorithm !== hashAlgorithm || !equalBytes(messageImprint.hashedMessage, hashedMessage))
    return refused('other-imprint', 'messageImprint');
  if (asked.nonce !== undefined && (nonce === undefined || !equalBytes(nonce, asked.nonce)))
    return refused('other-nonce', nonce === undefined ? 'absent' : 'nonce');
  if (asked.policy !== undefined && policy !== asked.policy) return refused('other-policy', policy);
  const unknown = extensions.find(({ critical }) => critical);
  return unknown && refused('unknown-extension', unknown.extnID);
}

const SIGNING_CERTIFICATE_CHECKS: readonly string[] = ['cms.signing-certificate', 'cms.signing-certificate-v1'];

/** §2.4.1: the certificate's reference is there, in one of its versions (RFC 5816), and what is there holds. */
function findCmsFault(
  signedData: SignedData,
  signerInfo: SignerInfo,
  certificate: Certificate,
  crypto: CryptoPrimitives,
): TokenOutcome | undefined {
  const checks = verifySignerInfo({ signedData, signerInfo, certificate, detachedContent: undefined, crypto });
  const failed = checks.find(({ outcome }) => outcome === 'failed');
  if (failed !== undefined) return refused(faultOf(failed), failed.check);
  const hasPassed = (name: string) => checks.some(({ check, outcome }) => check === name && outcome === 'passed');
  if (!SIGNING_CERTIFICATE_CHECKS.some(hasPassed)) return refused('signing-certificate', 'absent');
  const missing = REQUIRED_CMS_CHECKS.find((name) => !hasPassed(name));
  return missing === undefined ? undefined : refused('signature', missing);
}

function faultOf({ check, subIndication }: CheckResult): TimeStampFault {
  if (subIndication === 'CRYPTO_CONSTRAINTS_FAILURE') return 'algorithm';
  return SIGNING_CERTIFICATE_CHECKS.includes(check) ? 'signing-certificate' : 'signature';
}
