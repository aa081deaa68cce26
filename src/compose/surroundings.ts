import type { CertificateKind } from '../core/jpki/certificate-kind.ts';
import type { PolicyTable } from '../core/jpki/policy-table.ts';
import type { TrustAnchors } from '../core/jpki/trust-anchors.ts';
import type { Certificate } from '../core/x509/certificate.ts';

/** What the mode decides: where the database and the gateway are, and whom to trust. */
export interface Surroundings {
  readonly databaseUrl: string;
  readonly anchors: TrustAnchors;
  readonly policies: PolicyTable;
  readonly ocspUrls: Readonly<Record<CertificateKind, string>>;
  readonly crlDir: string | undefined;
  /** Undefined: nobody stamps the time. */
  readonly tsa: Tsa | undefined;
  readonly sandboxUrl: string | undefined;
  readonly notes: readonly string[];
}

/** The time stamping authority. `trusted`: roots, or certificates of TSAs. */
export interface Tsa {
  readonly url: string;
  readonly trusted: readonly Certificate[];
  readonly policy: string | undefined;
}
