import type { CertificateKind } from '../core/jpki/certificate-kind.ts';
import type { PolicyTable } from '../core/jpki/policy-table.ts';
import type { TrustAnchors } from '../core/jpki/trust-anchors.ts';

/** What the mode decides: where the database and the gateway are, and whom to trust. */
export interface Surroundings {
  readonly databaseUrl: string;
  readonly anchors: TrustAnchors;
  readonly policies: PolicyTable;
  readonly ocspUrls: Readonly<Record<CertificateKind, string>>;
  readonly crlDir: string | undefined;
  readonly sandboxUrl: string | undefined;
  readonly notes: readonly string[];
}
