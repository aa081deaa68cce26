import { createReadTimestamp } from '../../../src/core/audit/read-timestamp.ts';
import { encodeMessageImprint } from '../../../src/core/timestamp/message-imprint.ts';
import { decodeCertificate } from '../../../src/core/x509/decode-certificate.ts';
import type { FetchedTimestamp, TimestampAuthority } from '../../../src/gateway/timestamp/timestamp-authority.ts';
import { nodeCrypto } from '../../../src/platform/crypto.ts';
import * as compose from '../../core/revocation/compose.ts';
import * as tst from '../../core/timestamp/composing.ts';

const FAR = Date.UTC(2060, 0, 1);

/** Root of every authority here; it outlives them all. */
export const TSA_ROOT = compose.composeCertificate({
  ...{ subject: tst.root, issuer: tst.root, notBefore: Date.UTC(2020, 0, 1), notAfter: FAR },
  extensions: [compose.basicConstraintsCa, compose.keyUsage(5, 6)],
});
export const readStamp = createReadTimestamp([decodeCertificate(TSA_ROOT)], nodeCrypto);

/** An authority whose certificate ends when the test says, and that lies or fails when told to; real tokens. */
export interface Stamper extends TimestampAuthority {
  /** Digests that it was asked to stamp. */
  readonly asked: Uint8Array[];
  /** Whole second. */
  validUntil: number;
  /** What it does in place of an honest answer. */
  lie: 'none' | 'other-digest' | 'long-ago' | 'fails' | 'expired' | 'throws';
  /** Runs before each answer. */
  meanwhile: () => Promise<unknown>;
}

export function createStamper(clock: { now(): number }, validUntil = FAR): Stamper {
  const stamper: Stamper = {
    ...{ asked: [], validUntil, lie: 'none', meanwhile: async () => undefined },
    async fetchTimestamp(digest): Promise<FetchedTimestamp> {
      stamper.asked.push(digest);
      await stamper.meanwhile();
      const { lie } = stamper;
      if (lie === 'throws') throw new Error('the connection broke');
      if (lie === 'fails') return { ok: false, code: 'timeout', detail: '' } as FetchedTimestamp;
      const genTime = lie === 'long-ago' ? Date.UTC(2021, 0, 1) : Math.floor(clock.now() / 1_000) * 1_000;
      const until = lie === 'expired' ? genTime - 1_000 : stamper.validUntil;
      const hashedMessage = lie === 'other-digest' ? nodeCrypto.digest('SHA-256', digest) : digest;
      return { ok: true, token: stampAt(hashedMessage, genTime, until), genTime, validUntil: until };
    },
  };
  return stamper;
}

/** `certificate` ends at `validUntil`, whole seconds. */
export function stampAt(hashedMessage: Uint8Array, genTime: number, validUntil = FAR): Uint8Array {
  const certificate = tst.issueTsa({ notBefore: Date.UTC(2020, 0, 1), notAfter: validUntil });
  return tst.buildToken({
    certificate,
    tstInfo: tst.buildTstInfo({
      messageImprint: encodeMessageImprint({ hashAlgorithm: 'SHA-256', hashedMessage }),
      genTime: compose.generalizedTime(genTime),
      rest: [],
    }),
  });
}
