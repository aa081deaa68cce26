import type { Name } from '../x509/name.ts';
import type { CertificateKind } from './certificate-kind.ts';

const ORGANIZATIONAL_UNIT = '2.5.4.11';
const UNITS: readonly (readonly [string, CertificateKind])[] = [
  ['JPKI for digital signature', 'digital-signature'],
  ['JPKI for user authentication', 'user-authentication'],
];

/** The kind that a JPKI root's DN says it issues; undefined for a DN that does not say. A name proves nothing by itself. */
export function issuesFor(name: Name): CertificateKind | undefined {
  const names = (text: string): boolean =>
    name.rdns.some((rdn) => rdn.some(({ type, value }) => type === ORGANIZATIONAL_UNIT && value === text));
  return UNITS.find(([text]) => names(text))?.[1];
}
