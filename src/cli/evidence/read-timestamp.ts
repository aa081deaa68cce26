import { toHex } from '../../core/bytes.ts';
import { formatInstant } from '../../core/rfc3339.ts';
import { accuracySecondsOf } from '../../core/timestamp/clock-tolerance.ts';
import { proveTsa } from '../../core/timestamp/prove-tsa.ts';
import { verifyTimeStampToken } from '../../core/timestamp/verify-token.ts';
import type { Certificate } from '../../core/x509/certificate.ts';
import type { Name } from '../../core/x509/name.ts';
import { nodeCrypto } from '../../platform/crypto.ts';
import type { PackageTimestamp } from './package-verdict.ts';

/** What the token says of that digest, and whether `trusted` vouch for it; undefined where it is no token of it. */
export function readTimestamp(
  token: Uint8Array,
  sha256: Uint8Array,
  trusted: readonly Certificate[],
): Omit<PackageTimestamp, 'lapsed'> | undefined {
  const imprint = { hashAlgorithm: 'SHA-256', hashedMessage: sha256 } as const;
  const outcome = verifyTimeStampToken({ token, imprint, crypto: nodeCrypto });
  if (!outcome.ok) return undefined;
  const { tstInfo, signer } = outcome.value;
  const proof = proveTsa(outcome.value, trusted, nodeCrypto);
  return {
    at: formatInstant(tstInfo.genTime),
    accuracySeconds: accuracySecondsOf(tstInfo),
    tsa: textOf(signer.subject),
    policy: tstInfo.policy,
    sha256: toHex(nodeCrypto.digest('SHA-256', signer.der)),
    trusted: proof.proven,
    validUntil: proof.proven ? formatInstant(proof.validUntil) : null,
  };
}

const COMMON_NAME = '2.5.4.3';
const LONGEST = 128;

/** The common name, without what a terminal would obey: a stranger may have written it. */
function textOf({ rdns }: Name): string | null {
  const found = rdns.flat().findLast(({ type, value }) => type === COMMON_NAME && value !== undefined)?.value;
  return found?.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '�').slice(0, LONGEST) ?? null;
}
