import { createHash } from 'node:crypto';
import { toHex } from '../../core/bytes.ts';
import type { Report } from '../../core/verification/report.ts';
import { CRL_DISTRIBUTION_POINTS } from '../../core/x509/extensions/identifiers.ts';
import type { ValidatedPath } from '../../core/x509/path/path.ts';
import { newId } from '../../platform/ids.ts';
import type { KeyedHashes } from '../../platform/vault/vault.ts';
import type { CertificateIdentity, CertificateRegistration } from './store.ts';

/** How the signer's certificate is known on file; made only of a validated path, so that nobody asks under a forged serial. */
export interface KnownAs {
  readonly identity: CertificateIdentity;
  /** Hexadecimal. */
  readonly serialNumberMac: string;
}

export const sha256 = (octets: Uint8Array): string => createHash('sha256').update(octets).digest('hex');

const EARLIEST = Date.parse('0001-01-01T00:00:00Z');

/** PostgreSQL has no year 0000, which a GeneralizedTime can say: the earliest instant that it has then. */
export const storableInstant = (instant: number): string => new Date(Math.max(instant, EARLIEST)).toISOString();

export function identify(
  path: ValidatedPath,
  hashes: Pick<KeyedHashes, 'serialMatch' | 'serialNumberMac'>,
  tenantId: string,
): KnownAs {
  const issuerKey = createHash('sha256').update(path.issuer.subjectPublicKeyInfo.der).digest();
  const serial = path.target.serialNumber.octets;
  return {
    identity: {
      issuerKeySha256: issuerKey.toString('hex'),
      serialMatch: hashes.serialMatch(issuerKey, serial).toString('hex'),
      certificateSha256: sha256(path.target.der),
    },
    serialNumberMac: hashes.serialNumberMac(tenantId, issuerKey, serial).toString('hex'),
  };
}

/** The row of a certificate that is new to the tenant; null unless the verification passed. */
export function buildRegistration(
  report: Report,
  path: ValidatedPath,
  known: KnownAs,
  now: number,
): CertificateRegistration | null {
  const { indication, certificate } = report;
  if (indication !== 'TOTAL-PASSED' || certificate === null) return null;
  const { kind, medium, policy } = certificate;
  if (kind === null || medium === null || policy === null) return null;
  const points = path.target.extensions.all.find(({ extnID }) => extnID === CRL_DISTRIBUTION_POINTS);
  return {
    certificateId: newId('crt', now),
    subjectId: newId('sub', now),
    attributesId: newId('att', now),
    serialNumberMac: known.serialNumberMac,
    kind,
    medium,
    policy,
    generation: certificate.generation,
    notBefore: storableInstant(path.target.notBefore),
    notAfter: storableInstant(path.target.notAfter),
    distributionPoint: points === undefined ? null : toHex(points.extnValue),
  };
}
