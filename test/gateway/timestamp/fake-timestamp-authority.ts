import { encodeMessageImprint } from '../../../src/core/timestamp/message-imprint.ts';
import { decodeCertificate } from '../../../src/core/x509/decode-certificate.ts';
import type {
  FetchedTimestamp,
  TimestampAuthority,
  TimestampFailureCode,
} from '../../../src/gateway/timestamp/timestamp-authority.ts';
import * as compose from '../../core/revocation/compose.ts';
import * as tst from '../../core/timestamp/composing.ts';

export interface FakeTimestampAuthority extends TimestampAuthority {
  readonly root: Uint8Array;
  /** Digests that it was asked to stamp. */
  readonly asked: readonly Uint8Array[];
  /** From now on it fails so, or answers again. */
  fail(code: TimestampFailureCode | undefined): void;
}

/** Stamps at the time of `clock` by a key of its own. */
export function createFakeTimestampAuthority(clock: { now(): number }): FakeTimestampAuthority {
  const asked: Uint8Array[] = [];
  let failure: TimestampFailureCode | undefined;
  const stamp = (digest: Uint8Array): FetchedTimestamp => {
    const at = Math.floor(clock.now() / 1_000) * 1_000;
    const token = tst.buildToken({
      tstInfo: tst.buildTstInfo({
        messageImprint: encodeMessageImprint({ hashAlgorithm: 'SHA-256', hashedMessage: digest }),
        serialNumber: compose.integer(asked.length),
        genTime: compose.generalizedTime(at),
        rest: [],
      }),
    });
    return { ok: true, token, genTime: at, validUntil: decodeCertificate(tst.tsaCertificate).notAfter };
  };
  return {
    root: tst.rootCertificate,
    asked,
    fail(code) {
      failure = code;
    },
    async fetchTimestamp(digest) {
      asked.push(digest);
      return failure === undefined ? stamp(digest) : { ok: false, code: failure, detail: 'fake' };
    },
  };
}
