import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { proveTsa } from '../../../src/core/timestamp/prove-tsa.ts';
import { verifyTimeStampToken } from '../../../src/core/timestamp/verify-token.ts';
import { decodeCertificate } from '../../../src/core/x509/decode-certificate.ts';
import type { TimestampAuthority } from '../../../src/gateway/timestamp/timestamp-authority.ts';
import { nodeCrypto } from '../../../src/platform/crypto.ts';

export interface AuthorityUnderTest {
  readonly authority: TimestampAuthority;
  readonly root: Uint8Array;
  readonly now: number;
  /** From now on the other side does not answer as it should. */
  breakDown(): void;
  stop(): Promise<void>;
}

/** What every TimestampAuthority does, the fake of the tests included. */
export function describeTimestampAuthority(name: string, open: () => Promise<AuthorityUnderTest>): void {
  describe(`${name}, as a TimestampAuthority`, () => {
    let under: AuthorityUnderTest;
    beforeAll(async () => {
      under = await open();
    });
    afterAll(() => under.stop());

    const digest = nodeCrypto.digest('SHA-256', Uint8Array.of(1, 2, 3));
    const fetch = async () => {
      const fetched = await under.authority.fetchTimestamp(digest);
      if (!fetched.ok) throw new Error(`${fetched.code}: ${fetched.detail}`);
      return fetched;
    };

    it('gives a token about the digest, by a TSA that the root vouches for', async () => {
      const { token, genTime, validUntil } = await fetch();
      const imprint = { hashAlgorithm: 'SHA-256', hashedMessage: digest } as const;
      const outcome = verifyTimeStampToken({ token, imprint, crypto: nodeCrypto });
      expect(outcome).toMatchObject({ ok: true, value: { tstInfo: { genTime } } });
      const proof = outcome.ok && proveTsa(outcome.value, [decodeCertificate(under.root)], nodeCrypto);
      expect(proof).toMatchObject({ proven: true, validUntil });
    });

    it('stamps at the present time', async () => {
      const { genTime, validUntil } = await fetch();
      expect(Math.abs(genTime - under.now)).toBeLessThanOrEqual(1_000);
      expect(validUntil).toBeGreaterThan(genTime);
    });

    it('gives octets that nobody else holds', async () => {
      const { token } = await fetch();
      expect(token.buffer.byteLength).toBe(token.length);
    });

    it('says by a code that it has none, and does not reject', async () => {
      under.breakDown();
      expect(await under.authority.fetchTimestamp(digest)).toMatchObject({
        ok: false,
        code: expect.any(String),
        detail: expect.any(String),
      });
    });
  });
}
