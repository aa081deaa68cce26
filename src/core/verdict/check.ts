/** Indications and sub-indications of ETSI EN 319 102-1 §5.1.3, as far as this product gives them. */
export type Indication = 'TOTAL-PASSED' | 'TOTAL-FAILED' | 'INDETERMINATE';

export type SubIndication =
  | 'FORMAT_FAILURE'
  | 'HASH_FAILURE'
  | 'SIG_CRYPTO_FAILURE'
  | 'REVOKED'
  | 'EXPIRED'
  | 'NOT_YET_VALID'
  | 'NO_SIGNING_CERTIFICATE_FOUND'
  | 'NO_CERTIFICATE_CHAIN_FOUND'
  | 'CERTIFICATE_CHAIN_GENERAL_FAILURE'
  | 'CHAIN_CONSTRAINTS_FAILURE'
  | 'CRYPTO_CONSTRAINTS_FAILURE'
  | 'SIG_CONSTRAINTS_FAILURE'
  | 'TRY_LATER';

/**
 * `reported`: the check ran and saw a departure that fails nothing (an absent issuerAltName). `not-applicable`: its input
 * is missing, or nothing asked for it.
 */
export type Outcome = 'passed' | 'failed' | 'reported' | 'not-applicable';

/** Facts of a check, for people and machines. Never personal data, never a serial number. */
export type CheckDetail = { readonly [key: string]: string | number | boolean | null | readonly string[] };

/** One check that ran. `check` is a stable dotted name, `clause` the text that it comes from ("RFC 5280 §4.1.2.5"). */
export interface CheckResult {
  readonly check: string;
  readonly clause: string;
  readonly outcome: Outcome;
  /** What its failure leads to; null unless failed. */
  readonly subIndication: SubIndication | null;
  readonly detail: CheckDetail;
}
