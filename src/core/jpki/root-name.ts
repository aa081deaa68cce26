import type { Name } from '../x509/name.ts';
import type { CertificateKind } from './certificate-kind.ts';

const ORGANIZATIONAL_UNIT = '2.5.4.11';
const UNITS: readonly (readonly [string, CertificateKind])[] = [
  ['JPKI for digital signature', 'digital-signature'],
  ['JPKI for user authentication', 'user-authentication'],
];

/** The kind that a JPKI root's DN says it issues; undefined for a DN that does not say. A name proves nothing by itself. */
export function issuesFor(name: Name): CertificateKind | undefined {
  const units = name.rdns.flat().filter(({ type }) => type === ORGANIZATIONAL_UNIT);
  return UNITS.find(([text]) => units.some(({ value }) => value === text))?.[1];
}
