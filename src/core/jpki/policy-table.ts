import type { CertificateKind, CertificateMedium } from './certificate-kind.ts';

/** What a certificatePolicies OID says about a certificate. */
export interface CertificatePolicy {
  readonly policy: string;
  readonly kind: CertificateKind;
  readonly medium: CertificateMedium;
}

/** By policy OID. A policy that is not in it is refused (profile check `jpki.policy`). */
export type PolicyTable = ReadonlyMap<string, CertificatePolicy>;

/** JPKI profile 3.2. The policy of a smartphone's 利用者証明用 is not published: to be added by configuration when known. */
export const PRODUCTION_POLICIES: readonly CertificatePolicy[] = [
  { policy: '1.2.392.200149.8.5.1.1.20', kind: 'digital-signature', medium: 'card' },
  { policy: '1.2.392.200149.8.5.1.3.30', kind: 'user-authentication', medium: 'card' },
  { policy: '1.2.392.200149.8.5.1.1.40', kind: 'digital-signature', medium: 'smartphone' },
];

/** J-LIS's test cards (O=JPKI-TEST); never known unless the caller says so. */
export const TEST_POLICIES: readonly CertificatePolicy[] = [
  { policy: '1.2.392.200149.8.5.1.0.20', kind: 'digital-signature', medium: 'card' },
];

/**
 * The table that a deployment judges by: the production policies, those of test cards only with `testPolicies`, and what
 * configuration adds. Throws when an addition contradicts what is known already: a table that means two things is an
 * error of configuration, found at the start.
 */
export function buildPolicyTable(settings: {
  readonly testPolicies: boolean;
  readonly additional?: readonly CertificatePolicy[];
}): PolicyTable {
  const table = new Map<string, CertificatePolicy>();
  const rows = [
    ...PRODUCTION_POLICIES,
    ...(settings.testPolicies ? TEST_POLICIES : []),
    ...(settings.additional ?? []),
  ];
  for (const row of rows) {
    const known = table.get(row.policy);
    if (known !== undefined && (known.kind !== row.kind || known.medium !== row.medium))
      throw new Error(`certificate policy ${row.policy} is given two meanings`);
    table.set(row.policy, row);
  }
  return table;
}
