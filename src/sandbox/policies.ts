/**
 * The certificate policies of the pretend Japan. Those of the card are J-LIS's own test policies (certificates.md §5) or,
 * where no test policy is known, the production one; the two of the smartphone are not published, so they are invented
 * under 2.25 (UUID-based, ITU-T X.667) and mean nothing outside this sandbox.
 */
export const SANDBOX_POLICIES = {
  cardDigitalSignature: '1.2.392.200149.8.5.1.0.20',
  cardUserAuthentication: '1.2.392.200149.8.5.1.3.30',
  smartphoneDigitalSignature: '2.25.266300803026933794118201424778164811105',
  smartphoneUserAuthentication: '2.25.289850893183083625673452316312150553399',
} as const;

/** What the pretend time stamping authority stamps under. */
export const SANDBOX_TSA_POLICY = '2.25.172949771978933099516512826706796903579';
