import { equalBytes } from '../bytes.ts';
import { verifyReferencedPath } from '../cms/signing-certificate-checks.ts';
import type { CryptoPrimitives } from '../crypto.ts';
import type { Instant } from '../instant.ts';
import type { Certificate } from '../x509/certificate.ts';
import type { PathSettings } from '../x509/path/path.ts';
import { validatePath } from '../x509/path/validate-path.ts';
import type { VerifiedTimeStamp } from './verify-token.ts';

/** Whether those who are trusted vouch for the TSA's key at the time of the stamp. */
export type TsaProof =
  | {
      readonly proven: true;
      /** The certificate that is trusted: an anchor, or the TSA's own. */
      readonly by: Certificate;
      /** From it to the TSA's; that one alone where it is trusted itself. */
      readonly path: readonly Certificate[];
      /** When the first certificate of the path ends: from then on the stamp needs another one over it. */
      readonly validUntil: Instant;
    }
  | { readonly proven: false; readonly reason: 'no-path' | 'path-invalid' | 'not-valid-at-the-time' };

const SETTINGS: PathSettings = {
  initialPolicySet: ['2.5.29.32.0'],
  initialExplicitPolicy: false,
  initialPolicyMappingInhibit: false,
  initialAnyPolicyInhibit: false,
};

/**
 * RFC 3161 §2.4.2, RFC 5280 §6.1 at genTime. `trusted`: roots, or certificates of TSAs, which count for themselves alone.
 * Revocation is not asked: none of it can be asked offline, years later.
 */
export function proveTsa(
  { tstInfo, signer, signerInfo, certificates }: VerifiedTimeStamp,
  trusted: readonly Certificate[],
  crypto: CryptoPrimitives,
): TsaProof {
  const at = tstInfo.genTime;
  const itself = trusted.find(({ der }) => equalBytes(der, signer.der));
  if (itself !== undefined) {
    if (at < signer.notBefore || at > signer.notAfter) return { proven: false, reason: 'not-valid-at-the-time' };
    return { proven: true, by: itself, path: [signer], validUntil: signer.notAfter };
  }
  const anchors = trusted.filter(({ version, extensions }) => version < 3 || extensions.basicConstraints?.cA === true);
  const result = validatePath({ target: signer, anchors, untrusted: certificates, at, settings: SETTINGS, crypto });
  const { path } = result;
  if (path === undefined) {
    if (result.failures.length === 0) return { proven: false, reason: 'no-path' };
    const isOver = result.failures.every(({ code }) => code === 'validity');
    return { proven: false, reason: isOver ? 'not-valid-at-the-time' : 'path-invalid' };
  }
  if (path.targetValidity !== 'valid') return { proven: false, reason: 'not-valid-at-the-time' };
  if (verifyReferencedPath(signerInfo, path.certificates, crypto).outcome === 'failed')
    return { proven: false, reason: 'path-invalid' };
  const whole = [path.anchor, ...path.certificates];
  return { proven: true, by: path.anchor, path: whole, validUntil: Math.min(...whole.map(({ notAfter }) => notAfter)) };
}
