import type { Certificate } from '../certificate.ts';
import * as id from '../extensions/identifiers.ts';

const ANY_EXTENDED_KEY_USAGE = '2.5.29.37.0';

/**
 * Extensions that are processed where they are critical: by path validation, by revocation (cRLDistributionPoints), or by
 * the profile of the target (extKeyUsage). Not among them, though decoded: freshestCRL (no delta CRLs here), the
 * information accesses, subjectDirectoryAttributes, privateKeyUsagePeriod, which RFC 5280 has never critical.
 */
const PROCESSED: ReadonlySet<string> = new Set([
  id.SUBJECT_KEY_IDENTIFIER,
  id.AUTHORITY_KEY_IDENTIFIER,
  id.KEY_USAGE,
  id.SUBJECT_ALT_NAME,
  id.ISSUER_ALT_NAME,
  id.BASIC_CONSTRAINTS,
  id.NAME_CONSTRAINTS,
  id.CRL_DISTRIBUTION_POINTS,
  id.CERTIFICATE_POLICIES,
  id.POLICY_MAPPINGS,
  id.POLICY_CONSTRAINTS,
  id.INHIBIT_ANY_POLICY,
]);

/** RFC 5280 §6.1.4(o), §6.1.5(f): is every critical extension processed? */
export function criticalExtensionsAreProcessed({ extensions }: Certificate, isTarget: boolean): boolean {
  return extensions.all.every(({ critical, extnID }) => {
    if (!critical || PROCESSED.has(extnID)) return true;
    // A critical extKeyUsage of a CA narrows what it may certify for; without a purpose in hand only "any" is satisfied.
    return (
      extnID === id.EXT_KEY_USAGE && (isTarget || extensions.extKeyUsage?.includes(ANY_EXTENDED_KEY_USAGE) === true)
    );
  });
}
