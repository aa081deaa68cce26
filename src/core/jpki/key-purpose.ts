import type { CheckResult } from '../verdict/check.ts';
import { type CheckIdentity, failed, notApplicable, passed, reported } from '../verdict/result.ts';
import type { Certificate } from '../x509/certificate.ts';
import { EXT_KEY_USAGE } from '../x509/extensions/identifiers.ts';
import type { KeyUsageBit } from '../x509/extensions.ts';
import type { CertificateKind } from './certificate-kind.ts';

const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const ANY_EXTENDED_KEY_USAGE = '2.5.29.37.0';

const KEY_USAGE: Readonly<Record<CertificateKind, readonly KeyUsageBit[]>> = {
  'digital-signature': ['digitalSignature', 'nonRepudiation'],
  'user-authentication': ['digitalSignature'],
};

/** keyUsage has exactly the bits of its kind: a key for more than the profile grants is not a JPKI key. */
export function validateKeyUsage(
  identity: CheckIdentity,
  { extensions: { keyUsage } }: Certificate,
  kind: CertificateKind | undefined,
): CheckResult {
  if (kind === undefined) return notApplicable(identity);
  if (keyUsage === undefined) return failed(identity, 'CHAIN_CONSTRAINTS_FAILURE', { reason: 'absent' });
  const expected = KEY_USAGE[kind];
  if (keyUsage.size === expected.length && expected.every((bit) => keyUsage.has(bit))) return passed(identity);
  return failed(identity, 'CHAIN_CONSTRAINTS_FAILURE', { keyUsage: [...keyUsage], expected });
}

/**
 * 利用者証明用 names clientAuth; a list without it (and without anyExtendedKeyUsage) forbids the use, an absent one only
 * departs from the profile. 署名用 has none: one that is critical restricts the key to other uses (RFC 5280 §4.2.1.12).
 */
export function validateExtKeyUsage(
  identity: CheckIdentity,
  { extensions }: Certificate,
  kind: CertificateKind | undefined,
): CheckResult {
  if (kind === undefined) return notApplicable(identity);
  const { extKeyUsage } = extensions;
  if (extKeyUsage === undefined)
    return kind === 'user-authentication' ? reported(identity, { reason: 'absent' }) : passed(identity);
  const any = extKeyUsage.includes(ANY_EXTENDED_KEY_USAGE);
  if (kind === 'user-authentication') {
    if (extKeyUsage.includes(CLIENT_AUTH)) return passed(identity);
    return any ? reported(identity, { extKeyUsage }) : failed(identity, 'CHAIN_CONSTRAINTS_FAILURE', { extKeyUsage });
  }
  const critical = extensions.all.some((extension) => extension.extnID === EXT_KEY_USAGE && extension.critical);
  if (critical && !any) return failed(identity, 'CHAIN_CONSTRAINTS_FAILURE', { extKeyUsage });
  return reported(identity, { extKeyUsage });
}
