import { equalBytes } from '../bytes.ts';
import { encodeObjectIdentifier, encodeSequence, encodeSetOf } from '../der/writer.ts';
import type { Certificate } from '../x509/certificate.ts';
import { compareNames } from '../x509/compare-names.ts';
import type { DistributionPoint, DistributionPointName } from '../x509/extensions.ts';
import type { GeneralName, Name } from '../x509/name.ts';
import type { Crl } from './crl.ts';
import type { RefusalCode } from './status.ts';

/**
 * What a CRL is to a certificate. `complete`: it would hold the serial if the certificate were revoked. `out-of-scope`:
 * it is about other certificates. The rest: it may hold the serial, but its silence says nothing.
 */
export type CrlScope =
  | 'complete'
  | Extract<RefusalCode, 'out-of-scope' | 'not-undivided' | 'partial-reasons' | 'indirect'>;

/** RFC 5280 §6.3.3 (b)(2) and (d), for a certificate of the CRL's own issuer. */
export function concludeScope(crl: Crl, certificate: Certificate, undivided: boolean): CrlScope {
  const idp = crl.issuingDistributionPoint;
  const points = certificate.extensions.cRLDistributionPoints;
  if (idp === undefined) {
    // (b)(1): only an indirect CRL serves a point with cRLIssuer, and one without IDP is none.
    if (points?.every(({ cRLIssuer }) => cRLIssuer !== undefined) === true) return 'indirect';
    // Not an RFC rule: a municipality's list without IDP would read as good for every other municipality.
    return undivided ? 'complete' : 'not-undivided';
  }
  const isCa = certificate.extensions.basicConstraints?.cA === true;
  if (idp.onlyContainsAttributeCerts) return 'out-of-scope';
  if (isCa ? idp.onlyContainsUserCerts : idp.onlyContainsCACerts) return 'out-of-scope';
  // Below version 3 nothing tells whether it is a CA's (§6.1.4(k)).
  if (certificate.version !== 3 && (idp.onlyContainsUserCerts || idp.onlyContainsCACerts)) return 'out-of-scope';
  // Nor is this one: an IDP that names no distribution point tells municipalities apart no better than none at all.
  const unnamed = idp.distributionPoint === undefined && !undivided;
  const scope =
    points === undefined
      ? scopeWithoutPoints(idp.distributionPoint, crl.issuer, undivided)
      : scopeOfPoints(points, idp.distributionPoint, crl.issuer, certificate.issuer);
  if (scope !== 'complete') return scope;
  return unnamed ? 'not-undivided' : idp.onlySomeReasons ? 'partial-reasons' : scope;
}

/** §6.3.3, last paragraph: the CA's own name is taken for the distribution point that the certificate does not name. */
function scopeWithoutPoints(name: DistributionPointName | undefined, issuer: Name, undivided: boolean): CrlScope {
  if (name !== undefined && !overlap(fullNames(name, issuer), [{ type: 'directoryName', value: issuer }]))
    return 'out-of-scope';
  return undivided ? 'complete' : 'not-undivided';
}

function scopeOfPoints(
  points: readonly DistributionPoint[],
  name: DistributionPointName | undefined,
  crlIssuer: Name,
  certificateIssuer: Name,
): CrlScope {
  const matching = points.filter((point) => matchPoint(point, name, crlIssuer, certificateIssuer));
  if (matching.length === 0) return 'out-of-scope';
  // (b)(1): a point with cRLIssuer is served by an indirect CRL; (d): one with reasons is about those alone.
  const direct = matching.filter((point) => point.cRLIssuer === undefined);
  if (direct.length === 0) return 'indirect';
  return direct.some((point) => point.reasons === undefined) ? 'complete' : 'partial-reasons';
}

/** Does the CRL with that name in its issuingDistributionPoint serve this distribution point ((b)(2)(i))? */
export function matchPoint(
  point: DistributionPoint,
  name: DistributionPointName | undefined,
  crlIssuer: Name,
  certificateIssuer: Name,
): boolean {
  if (name === undefined) return true;
  const own =
    point.distributionPoint === undefined
      ? (point.cRLIssuer ?? [])
      : fullNames(point.distributionPoint, directoryNameOf(point.cRLIssuer) ?? certificateIssuer);
  return overlap(fullNames(name, crlIssuer), own);
}

function directoryNameOf(names: readonly GeneralName[] | undefined): Name | undefined {
  const found = names?.find((name) => name.type === 'directoryName');
  return found?.type === 'directoryName' ? found.value : undefined;
}

/** §4.2.1.13: a relative name is appended to the CRL issuer's. */
function fullNames(name: DistributionPointName, issuer: Name): readonly GeneralName[] {
  if (name.type === 'fullName') return name.names;
  const rdns = [...issuer.rdns, name.rdn];
  const encoded = rdns.map((rdn) =>
    encodeSetOf(rdn.map(({ type, valueDer }) => encodeSequence(encodeObjectIdentifier(type), valueDer))),
  );
  return [{ type: 'directoryName', value: { rdns, der: encodeSequence(...encoded) } }];
}

function overlap(some: readonly GeneralName[], others: readonly GeneralName[]): boolean {
  return some.some((one) => others.some((other) => equalGeneralNames(one, other)));
}

function equalGeneralNames(a: GeneralName, b: GeneralName): boolean {
  if (a.type === 'directoryName') return b.type === 'directoryName' && compareNames(a.value, b.value);
  if (a.type !== b.type) return false;
  if (a.type === 'otherName' && a.typeId !== (b as typeof a).typeId) return false;
  const other = (b as typeof a).value;
  return typeof a.value === 'string' ? a.value === other : equalBytes(a.value, other as Uint8Array);
}
