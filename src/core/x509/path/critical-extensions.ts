import type { Certificate } from '../certificate.ts';
import * as id from '../extensions/identifiers.ts';
import type { Extensions } from '../extensions.ts';

const ANY_EXTENDED_KEY_USAGE = '2.5.29.37.0';

/**
 * Extensions that are processed where they are critical: by path validation, by revocation (cRLDistributionPoints), or by
 * the profile of the target (extKeyUsage). Not among them, though decoded: freshestCRL (no delta CRLs here), the key
 * identifiers, the information accesses, subjectDirectoryAttributes, privateKeyUsagePeriod, which RFC 5280 has never
 * critical.
 */
const PROCESSED: ReadonlySet<string> = new Set([
  id.KEY_USAGE,
  id.SUBJECT_ALT_NAME,
  id.ISSUER_ALT_NAME,
  id.BASIC_CONSTRAINTS,
  id.NAME_CONSTRAINTS,
  id.CRL_DISTRIBUTION_POINTS,
  id.POLICY_MAPPINGS,
  id.POLICY_CONSTRAINTS,
  id.INHIBIT_ANY_POLICY,
]);

/** RFC 5280 §6.1.4(o), §6.1.5(f): is every critical extension processed? */
export function criticalExtensionsAreProcessed({ extensions }: Certificate, isTarget: boolean): boolean {
  return extensions.all.every(({ critical, extnID }) => {
    if (!critical || PROCESSED.has(extnID)) return true;
    if (extnID === id.CERTIFICATE_POLICIES) return qualifiersAreKnown(extensions);
    // A critical extKeyUsage of a CA narrows what it may certify for; without a purpose in hand only "any" is satisfied.
    return (
      extnID === id.EXT_KEY_USAGE && (isTarget || extensions.extKeyUsage?.includes(ANY_EXTENDED_KEY_USAGE) === true)
    );
  });
}

const KNOWN_QUALIFIERS: ReadonlySet<string> = new Set(['1.3.6.1.5.5.7.2.1', '1.3.6.1.5.5.7.2.2']);

/** §4.2.1.4: where the extension is critical, every qualifier is one that can be interpreted: a CPS pointer, a user notice. */
function qualifiersAreKnown({ certificatePolicies = [] }: Extensions): boolean {
  return certificatePolicies.every(({ policyQualifiers }) =>
    policyQualifiers.every(({ policyQualifierId }) => KNOWN_QUALIFIERS.has(policyQualifierId)),
  );
}
