import type { Instant } from '../../core/instant.ts';
import type { CertificateKind } from '../../core/jpki/certificate-kind.ts';
import type { AuthenticCrl } from '../../core/revocation/crl.ts';
import type { RefusalCode } from '../../core/revocation/status.ts';
import type { DistributionPoint } from '../../core/x509/extensions.ts';
import type { IssuerKey } from '../../core/x509/path/path.ts';

/** Bytes from outside, or the reason why there are none. `source`: a name for `attempts` (host, file), no secrets. */
export type Fetched =
  | { readonly ok: true; readonly source: string; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly source: string; readonly code: RefusalCode; readonly detail: string };

/** OCSP over HTTP (RFC 6960 Appendix A.1), POST to the configured URL of the kind alone; never an URL out of a certificate. */
export interface OcspSource {
  fetchOcspResponse(kind: CertificateKind, ocspRequest: Uint8Array): Promise<Fetched>;
}

/**
 * CRLs at hand. `undivided`: the source is configured as the undivided CRL of that CA key. `supersededAt`: thisUpdate of a
 * later list of the same scope that was there before, when there was one.
 */
export type CrlLoaded =
  | {
      readonly ok: true;
      readonly source: string;
      readonly crl: AuthenticCrl;
      readonly undivided: boolean;
      readonly supersededAt?: Instant | undefined;
    }
  | { readonly ok: false; readonly source: string; readonly code: RefusalCode; readonly detail: string };

export interface CrlSource {
  /** The CRLs of that CA key that may speak about a certificate with that distribution point, newest first. */
  loadCrls(issuer: IssuerKey, distributionPoints: readonly DistributionPoint[]): Promise<readonly CrlLoaded[]>;
}
