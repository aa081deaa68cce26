import { equalBytes } from '../../bytes.ts';
import type { Certificate } from '../certificate.ts';
import { compareNames } from '../compare-names.ts';
import type { AuthorityKeyIdentifier } from '../extensions.ts';

/** A certificate that may be the issuer of another. */
export interface IssuerCandidate {
  readonly certificate: Certificate;
  readonly isAnchor: boolean;
  /**
   * How well it fits, 0 best. All CA generations share one name, so the key identifier goes before it; a name alone is
   * tried, last of all where the identifiers differ.
   */
  readonly fit: Fit;
}

export type Fit = typeof SERIAL_TOO | typeof IDENTIFIED | typeof NAMED | typeof MISNAMED | typeof OTHER_KEY;
/** Name, key identifier, and issuer and serial number as the authorityKeyIdentifier gives them. */
export const SERIAL_TOO = 0;
/** Name and key identifier. */
export const IDENTIFIED = 1;
/** Name; one of the two certificates has no key identifier. */
export const NAMED = 2;
/** Key identifier without the name: never a path, but worth a report. */
export const MISNAMED = 3;
/** Name, but the key identifiers differ: another key, unless its signature says otherwise. */
export const OTHER_KEY = 4;

/** Candidates for the issuer of `certificate`, best first, anchors first among equals. */
export function selectIssuerCandidates(
  certificate: Certificate,
  anchors: readonly Certificate[],
  untrusted: readonly Certificate[],
): readonly IssuerCandidate[] {
  const candidates: IssuerCandidate[] = [];
  const consider = (candidate: Certificate, isAnchor: boolean): void => {
    const fit = fitOf(certificate, candidate);
    if (fit !== undefined) candidates.push({ certificate: candidate, isAnchor, fit });
  };
  for (const anchor of anchors) consider(anchor, true);
  for (const other of untrusted) consider(other, false);
  return candidates.sort((a, b) => a.fit - b.fit);
}

function fitOf(certificate: Certificate, candidate: Certificate): Fit | undefined {
  const authority = certificate.extensions.authorityKeyIdentifier;
  const named = compareNames(certificate.issuer, candidate.subject);
  if (authority?.keyIdentifier === undefined || candidate.extensions.subjectKeyIdentifier === undefined)
    return named ? NAMED : undefined;
  if (keyIdentifiersDiffer(certificate, candidate)) return named ? OTHER_KEY : undefined;
  if (!named) return MISNAMED;
  return namesIssuerAndSerial(authority, candidate) ? SERIAL_TOO : IDENTIFIED;
}

function namesIssuerAndSerial(authority: AuthorityKeyIdentifier, issuer: Certificate): boolean {
  const { authorityCertIssuer = [], authorityCertSerialNumber } = authority;
  return (
    authorityCertSerialNumber?.hex === issuer.serialNumber.hex &&
    authorityCertIssuer.some((name) => name.type === 'directoryName' && compareNames(name.value, issuer.issuer))
  );
}

/** Does anything that the authorityKeyIdentifier says (RFC 5280 §4.2.1.1) speak against that issuer? */
export function contradictsIssuer(certificate: Certificate, issuer: Certificate): boolean {
  if (keyIdentifiersDiffer(certificate, issuer)) return true;
  const authority = certificate.extensions.authorityKeyIdentifier;
  return authority?.authorityCertSerialNumber !== undefined && !namesIssuerAndSerial(authority, issuer);
}

/** Both give an identifier of the issuer's key (RFC 5280 §4.2.1.1–2), and not the same one. */
export function keyIdentifiersDiffer(certificate: Certificate, issuer: Certificate): boolean {
  const wanted = certificate.extensions.authorityKeyIdentifier?.keyIdentifier;
  const given = issuer.extensions.subjectKeyIdentifier;
  return wanted !== undefined && given !== undefined && !equalBytes(wanted, given);
}
