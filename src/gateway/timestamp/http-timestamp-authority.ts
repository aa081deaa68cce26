import type { CryptoPrimitives } from '../../core/crypto.ts';
import { DecodeError } from '../../core/der/decode-error.ts';
import { MAX_TIMESTAMP_SIZE } from '../../core/der/limits.ts';
import { unsignedIntegerOctets } from '../../core/der/writer.ts';
import { accuracySecondsOf, clockToleranceMs } from '../../core/timestamp/clock-tolerance.ts';
import type { KnownImprint } from '../../core/timestamp/message-imprint.ts';
import { proveTsa } from '../../core/timestamp/prove-tsa.ts';
import { encodeTimeStampRequest } from '../../core/timestamp/time-stamp-request.ts';
import { decodeTimeStampResponse, type TimeStampResponse } from '../../core/timestamp/time-stamp-response.ts';
import { verifyTimeStampToken } from '../../core/timestamp/verify-token.ts';
import type { Certificate } from '../../core/x509/certificate.ts';
import type { Clock } from '../../platform/clock.ts';
import type { HttpClient } from '../../platform/http-client/http-client.ts';
import type { FetchedTimestamp, TimestampAuthority, TimestampFailureCode } from './timestamp-authority.ts';

const NONCE_OCTETS = 16;

/**
 * RFC 3161 over HTTP (§3.4). The URL that is configured is the only one contacted, whatever a certificate names. What comes
 * back is believed when all of it holds: asked now with a nonce, by a TSA that `trusted` vouches for, at our time.
 */
export function createHttpTimestampAuthority(options: {
  readonly url: string;
  /** Roots, or certificates of TSAs. */
  readonly trusted: readonly Certificate[];
  readonly policy: string | undefined;
  /** For the whole exchange. */
  readonly timeoutMs: number;
  /** How far the TSA's clock and ours may be apart, its accuracy aside. */
  readonly clockSkewSeconds: number;
  readonly httpClient: HttpClient;
  readonly crypto: CryptoPrimitives;
  readonly clock: Clock;
  readonly randomBytes: (length: number) => Uint8Array;
}): TimestampAuthority {
  const { url, trusted, policy, timeoutMs, clockSkewSeconds, httpClient, crypto, clock, randomBytes } = options;

  const judge = (token: Uint8Array, imprint: KnownImprint, nonce: Uint8Array, askedAt: number): FetchedTimestamp => {
    const outcome = verifyTimeStampToken({ token, imprint, nonce, policy, crypto });
    if (!outcome.ok) return failed('invalid-token', outcome.fault);
    const proof = proveTsa(outcome.value, trusted, crypto);
    if (!proof.proven) return failed('tsa-not-trusted', proof.reason);
    const { tstInfo } = outcome.value;
    const { genTime } = tstInfo;
    const allowedMs = clockToleranceMs(accuracySecondsOf(tstInfo), clockSkewSeconds);
    if (genTime < askedAt - allowedMs) return failed('wrong-time', 'in the past');
    if (genTime > clock.now() + allowedMs) return failed('wrong-time', 'in the future');
    // a copy: the token is a view into the whole answer
    return { ok: true, token: token.slice(), genTime, validUntil: proof.validUntil };
  };

  return {
    async fetchTimestamp(digest) {
      const imprint = { hashAlgorithm: 'SHA-256', hashedMessage: digest } as const;
      const nonce = unsignedIntegerOctets(randomBytes(NONCE_OCTETS));
      const askedAt = clock.now();
      const outcome = await httpClient.post({
        url,
        body: encodeTimeStampRequest({ messageImprint: imprint, nonce, policy }),
        contentType: 'application/timestamp-query',
        accept: 'application/timestamp-reply',
        timeoutMs,
        maxBytes: MAX_TIMESTAMP_SIZE,
      });
      if (!outcome.ok) return failed(outcome.failure, outcome.detail);
      const response = decodeResponse(outcome.body);
      if ('ok' in response) return response;
      if (response.granted) return judge(response.token, imprint, nonce, askedAt);
      const { status, failures } = response.statusInfo;
      return failed('rejected', [status, ...failures].join(' '));
    },
  };
}

const failed = (code: TimestampFailureCode, detail: string): FetchedTimestamp => ({ ok: false, code, detail });

function decodeResponse(body: Uint8Array): TimeStampResponse | FetchedTimestamp {
  try {
    return decodeTimeStampResponse(body);
  } catch (error) {
    if (error instanceof DecodeError) return failed('malformed', error.code);
    throw error;
  }
}
