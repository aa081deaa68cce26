import type { Indication, SubIndication } from './check.ts';

/**
 * What each sub-indication leads to, the weightiest first: of several failures the one that stands first is named. Every
 * TOTAL-FAILED stands before every INDETERMINATE. (ETSI EN 319 102-1 §5.1.3 has the words; the order is the project's.)
 */
export const SUB_INDICATIONS: readonly { readonly subIndication: SubIndication; readonly indication: Indication }[] = [
  { subIndication: 'FORMAT_FAILURE', indication: 'TOTAL-FAILED' },
  { subIndication: 'HASH_FAILURE', indication: 'TOTAL-FAILED' },
  { subIndication: 'SIG_CRYPTO_FAILURE', indication: 'TOTAL-FAILED' },
  { subIndication: 'REVOKED', indication: 'TOTAL-FAILED' },
  { subIndication: 'EXPIRED', indication: 'TOTAL-FAILED' },
  { subIndication: 'NOT_YET_VALID', indication: 'TOTAL-FAILED' },
  { subIndication: 'NO_SIGNING_CERTIFICATE_FOUND', indication: 'INDETERMINATE' },
  { subIndication: 'NO_CERTIFICATE_CHAIN_FOUND', indication: 'INDETERMINATE' },
  { subIndication: 'CERTIFICATE_CHAIN_GENERAL_FAILURE', indication: 'INDETERMINATE' },
  { subIndication: 'CHAIN_CONSTRAINTS_FAILURE', indication: 'INDETERMINATE' },
  { subIndication: 'CRYPTO_CONSTRAINTS_FAILURE', indication: 'INDETERMINATE' },
  { subIndication: 'SIG_CONSTRAINTS_FAILURE', indication: 'INDETERMINATE' },
  { subIndication: 'TRY_LATER', indication: 'INDETERMINATE' },
];

/** The weightiest of several; undefined of none. */
export function selectWeightiest(subIndications: readonly SubIndication[]): SubIndication | undefined {
  return SUB_INDICATIONS.find((row) => subIndications.includes(row.subIndication))?.subIndication;
}
