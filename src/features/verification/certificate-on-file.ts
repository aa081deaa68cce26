import { hash } from 'node:crypto';
import { toHex } from '../../core/bytes.ts';
import type { CertificateKind, CertificateMedium } from '../../core/jpki/certificate-kind.ts';
import type { CertificateFacts, Report } from '../../core/verification/report.ts';
import { CRL_DISTRIBUTION_POINTS } from '../../core/x509/extensions/identifiers.ts';
import type { ValidatedPath } from '../../core/x509/path/path.ts';
import { newId } from '../../platform/ids.ts';
import type { HashGeneration } from '../../platform/vault/vault.ts';
import type { CertificateIdentity, CertificateRegistration } from './record-columns.ts';

/** How the signer's certificate is known on file; made only of a validated path, so that nobody asks under a forged serial. */
export interface KnownAs {
  readonly identity: CertificateIdentity;
  /** Hexadecimal. */
  readonly serialNumberMac: string;
  /** Under the tenant's key of before, while it is rotated. */
  readonly formerSerialNumberMac: string | null;
}

/** Of what is held for long (anchors, their keys, lists): taken once for each. */
const digests = new WeakMap<Uint8Array, Buffer>();

export function sha256OfHeld(octets: Uint8Array): Buffer {
  const known = digests.get(octets);
  if (known !== undefined) return known;
  const digest = hash('sha256', octets, 'buffer');
  digests.set(octets, digest);
  return digest;
}

const EARLIEST = Date.parse('0001-01-01T00:00:00Z');

/** PostgreSQL has no year 0000, which a GeneralizedTime can say: the earliest instant that it has then. */
export const storableInstant = (instant: number): number => Math.max(instant, EARLIEST);

export function identify(
  path: ValidatedPath,
  hashes: Pick<HashGeneration, 'serialMatch' | 'serialNumberMac' | 'before'>,
  tenantId: string,
): KnownAs {
  const issuerKey = sha256OfHeld(path.issuer.subjectPublicKeyInfo.der);
  const serial = path.target.serialNumber.octets;
  return {
    identity: {
      issuerKeySha256: issuerKey,
      serialMatch: hashes.serialMatch(issuerKey, serial),
      serialMatchBefore: hashes.before.serialMatch?.(issuerKey, serial) ?? null,
      certificateSha256: hash('sha256', path.target.der, 'buffer'),
    },
    serialNumberMac: hashes.serialNumberMac(tenantId, issuerKey, serial).toString('hex'),
    formerSerialNumberMac: hashes.before.serialNumberMac?.(tenantId, issuerKey, serial).toString('hex') ?? null,
  };
}

/** What a certificate must be, to come on file. */
type Registrable = CertificateFacts & {
  readonly kind: CertificateKind;
  readonly medium: CertificateMedium;
  readonly policy: string;
};

/** May its certificate come on file? Only of a verification that passed. */
export function isRegistrable(report: Report): report is Report & { readonly certificate: Registrable } {
  const { indication, certificate } = report;
  if (indication !== 'TOTAL-PASSED' || certificate === null) return false;
  return certificate.kind !== null && certificate.medium !== null && certificate.policy !== null;
}

/** The row of a certificate that is new to the tenant. */
export function buildRegistration(
  certificate: Registrable,
  path: ValidatedPath,
  known: KnownAs,
  now: number,
): CertificateRegistration {
  const { kind, medium, policy } = certificate;
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
    notBefore: new Date(storableInstant(path.target.notBefore)).toISOString(),
    notAfter: new Date(storableInstant(path.target.notAfter)).toISOString(),
    distributionPoint: points === undefined ? null : toHex(points.extnValue),
  };
}
