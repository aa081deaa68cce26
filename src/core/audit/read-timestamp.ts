import { toHex } from '../bytes.ts';
import type { CryptoPrimitives } from '../crypto.ts';
import { proveTsa } from '../timestamp/prove-tsa.ts';
import { type VerifiedTimeStamp, verifyTimeStampToken } from '../timestamp/verify-token.ts';
import { selectSignatureScheme } from '../x509/algorithm.ts';
import type { Certificate } from '../x509/certificate.ts';
import { selectHashAlgorithm } from '../x509/hash-algorithm.ts';
import type { PublicKeyFacts } from '../x509/subject-public-key-info.ts';
import type { ReadTimestamp } from './timestamp-facts.ts';

/** Reads tokens of the chain. `trusted`: roots, or certificates of authorities. */
export function createReadTimestamp(trusted: readonly Certificate[], crypto: CryptoPrimitives): ReadTimestamp {
  return (token, hashedMessage) => {
    const outcome = verifyTimeStampToken({ token, imprint: { hashAlgorithm: 'SHA-256', hashedMessage }, crypto });
    if (!outcome.ok) return undefined;
    const { tstInfo, signer } = outcome.value;
    const proof = proveTsa(outcome.value, trusted, crypto);
    return {
      genTime: tstInfo.genTime,
      validUntil: proof.proven ? proof.validUntil : signer.notAfter,
      authorityUntil: signer.notAfter,
      algorithms: algorithmsOf(outcome.value, proof.proven ? proof.path : [signer]),
      authority: toHex(crypto.digest('SHA-256', signer.der)),
      trusted: proof.proven,
    };
  };
}

/** What the token and the certificates on the way to its anchor rest on: `SHA-256`, `RSA-2048`, `ECDSA-P-256` … */
function algorithmsOf({ tstInfo, signerInfo }: VerifiedTimeStamp, path: readonly Certificate[]): readonly string[] {
  const issued = path.slice(1).map(({ signatureAlgorithm }, place) => {
    const selection = selectSignatureScheme(signatureAlgorithm, (path[place] as Certificate).subjectPublicKeyInfo.key);
    return selection.ok ? selection.scheme.hash : undefined;
  });
  const names = [
    ...[tstInfo.messageImprint.hashAlgorithm, selectHashAlgorithm(signerInfo.digestAlgorithm), ...issued],
    ...path.map(({ subjectPublicKeyInfo }) => keyName(subjectPublicKeyInfo.key)),
  ];
  return [...new Set(names.filter((name) => name !== undefined))].sort();
}

function keyName(key: PublicKeyFacts): string | undefined {
  if (key.type === 'rsa') return `RSA-${key.modulusBits}`;
  return key.type === 'ec' ? `ECDSA-${key.curve}` : undefined;
}
