import type { AuthenticCrl } from '../../core/revocation/crl.ts';
import { matchPoint } from '../../core/revocation/crl-scope.ts';
import type { DistributionPoint } from '../../core/x509/extensions.ts';
import type { IssuerKey } from '../../core/x509/path/path.ts';
import { keyText } from './key-text.ts';

/** A CRL at hand and the name of the file that it stands in. */
export interface ShelvedCrl {
  readonly source: string;
  readonly crl: AuthenticCrl;
}

/** The CRLs of one CA key. */
interface KeyShelf {
  /** By each name in issuingDistributionPoint, as encoded. */
  readonly byName: Map<string, ShelvedCrl[]>;
  /** Without a distribution point name: they may speak about every certificate of the key. */
  readonly general: ShelvedCrl[];
  readonly all: ShelvedCrl[];
}

/** CRLs indexed by CA key and distribution point. */
export interface CrlShelf {
  /** Those that may speak about a certificate with that distribution point, newest first. */
  find(issuer: IssuerKey, points: readonly DistributionPoint[]): readonly ShelvedCrl[];
  readonly all: readonly ShelvedCrl[];
}

const keyOf = (issuer: IssuerKey): string => keyText(issuer.subjectPublicKeyInfo);

export function buildCrlShelf(crls: readonly ShelvedCrl[]): CrlShelf {
  const shelves = new Map<string, KeyShelf>();
  for (const shelved of crls) {
    const key = keyOf(shelved.crl.issuer);
    const shelf: KeyShelf = shelves.get(key) ?? { byName: new Map(), general: [], all: [] };
    shelves.set(key, shelf);
    shelf.all.push(shelved);
    const name = shelved.crl.crl.issuingDistributionPoint?.distributionPoint;
    if (name === undefined) shelf.general.push(shelved);
    for (const nameKey of nameKeys(name)) {
      const same = shelf.byName.get(nameKey);
      if (same === undefined) shelf.byName.set(nameKey, [shelved]);
      else same.push(shelved);
    }
  }
  return {
    all: crls,
    find(issuer, points) {
      const shelf = shelves.get(keyOf(issuer));
      return shelf === undefined ? [] : newestFirst([...shelf.general, ...named(shelf, issuer, points)]);
    },
  };
}

/** Equal encodings are found at once; names that are equal but encoded otherwise (RFC 5280 §7.1) by comparing with each. */
function named(shelf: KeyShelf, issuer: IssuerKey, points: readonly DistributionPoint[]): readonly ShelvedCrl[] {
  const own: readonly DistributionPoint[] = points.length > 0 ? points : [pointOf(issuer)];
  const found = new Set(
    own.flatMap((point) => nameKeys(point.distributionPoint).flatMap((nameKey) => shelf.byName.get(nameKey) ?? [])),
  );
  if (found.size > 0) return [...found];
  return shelf.all.filter(({ crl }) => {
    const name = crl.crl.issuingDistributionPoint?.distributionPoint;
    return name !== undefined && own.some((point) => matchPoint(point, name, crl.crl.issuer, issuer.name));
  });
}

/** RFC 5280 §6.3.3: a certificate without distribution point is taken to name its CA. */
function pointOf(issuer: IssuerKey): DistributionPoint {
  return {
    distributionPoint: { type: 'fullName', names: [{ type: 'directoryName', value: issuer.name }] },
    reasons: undefined,
    cRLIssuer: undefined,
  };
}

/** A character for each octet. */
const textOf = ({ buffer, byteOffset, length }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, length).toString('latin1');

/** One text for each name, equal for equal encodings. */
function nameKeys(name: DistributionPoint['distributionPoint']): readonly string[] {
  if (name === undefined || name.type !== 'fullName') return [];
  return name.names.map((one) => {
    if (one.type === 'directoryName') return `directoryName:${textOf(one.value.der)}`;
    return `${one.type}:${typeof one.value === 'string' ? one.value : textOf(one.value)}`;
  });
}

function newestFirst(crls: ShelvedCrl[]): readonly ShelvedCrl[] {
  return crls.length < 2 ? crls : crls.sort((a, b) => b.crl.crl.thisUpdate - a.crl.crl.thisUpdate);
}
