/** Under which right a tenant verifies: its own accreditation, or the contract with the one who has it (施行規則 29条1項). */
export interface Authority {
  readonly kind: 'accreditation' | 'contract';
  readonly reference: string;
  /** YYYY-MM-DD, inclusive. */
  readonly from: string;
  readonly to: string | null;
}
