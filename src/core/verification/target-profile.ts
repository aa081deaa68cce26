import type { CheckResult } from '../verdict/check.ts';
import { failed, passed } from '../verdict/result.ts';
import { type AlgorithmOptions, constrainAlgorithm } from '../x509/algorithm.ts';
import type { Certificate } from '../x509/certificate.ts';
import { SUBJECT_ALT_NAME } from '../x509/extensions/identifiers.ts';

const PROFILE = 'rfc5280.target-profile';
const KEY = { check: 'rfc5280.target-key', clause: 'RFC 5280 §4.1.2.7' };
const ANY_RSA = { scheme: 'rsassa-pkcs1-v1_5', hash: 'SHA-256' } as const;

/**
 * What RFC 5280 §4 has no CA issue and no rule of §6.1 asks a target about: contradictions that let some take it for an
 * authority's, no name at all, a serial number that is too long (negative ones and zero are let pass, §4.1.2.2). And its RSA key is one that the allow-list admits. The profile of JPKI asks for more;
 * this is for paths that are judged without it. (An authority that is such fails by §6.1.3(a)(4) and §6.1.4(k) anyway.)
 */
export function validateTargetProfile(target: Certificate, options: AlgorithmOptions): readonly CheckResult[] {
  const clause = findContradiction(target);
  const { key } = target.subjectPublicKeyInfo;
  const constraint = key.type === 'rsa' ? constrainAlgorithm(ANY_RSA, key, options) : 'accepted';
  return [
    clause === undefined
      ? passed({ check: PROFILE, clause: 'RFC 5280 §4' })
      : failed({ check: PROFILE, clause }, 'CERTIFICATE_CHAIN_GENERAL_FAILURE'),
    constraint === 'accepted' ? passed(KEY) : failed(KEY, 'CRYPTO_CONSTRAINTS_FAILURE', { reason: constraint }),
  ];
}

/** The clause that the certificate breaks. */
function findContradiction({ serialNumber, subject, extensions }: Certificate): string | undefined {
  // Decoding admits 21 octets, one of them for the sign.
  const { octets } = serialNumber;
  if (octets.length > 20 && octets[0] !== 0) return 'RFC 5280 §4.1.2.2';
  const { all, basicConstraints, keyUsage, nameConstraints } = extensions;
  const isAuthority = basicConstraints?.cA === true;
  if (!isAuthority && (basicConstraints?.pathLenConstraint !== undefined || keyUsage?.has('keyCertSign') === true))
    return 'RFC 5280 §4.2.1.9';
  if (!isAuthority && nameConstraints !== undefined) return 'RFC 5280 §4.2.1.10';
  if (subject.rdns.length > 0) return undefined;
  // An authority always has a subject; any other without one has a subjectAltName that is critical.
  const named = !isAuthority && all.some(({ extnID, critical }) => extnID === SUBJECT_ALT_NAME && critical);
  return named ? undefined : 'RFC 5280 §4.1.2.6';
}
