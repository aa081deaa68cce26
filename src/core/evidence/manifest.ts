import { concatBytes, toHex } from '../bytes.ts';
import type { CryptoPrimitives } from '../crypto.ts';
import { hasShape, type Shape } from './json-shape.ts';

export const PACKAGE_FORMAT = 'jpki-verifier evidence package';
export const FORMAT_VERSION = 2;
/** Packages stand for years: those of every version are read. */
const KNOWN_VERSIONS: readonly number[] = [1, FORMAT_VERSION];

export const MANIFEST = 'manifest.json';
/** The RFC 3161 TimeStampToken over the manifest's octets, DER. */
export const MANIFEST_TIMESTAMP = 'manifest.tst';
export const MANIFEST_SEAL = 'manifest.seal.json';

/** A file of a package. */
export interface PackageEntry {
  readonly name: string;
  readonly octets: Uint8Array;
}

/** `service-provider`: what its role keeps from it stands as digests alone (公的個人認証法 52条). */
export type PackageKind = 'full' | 'service-provider';

/** SHA-256 and hashes are lower-case hexadecimal. */
export interface Manifest {
  readonly format: typeof PACKAGE_FORMAT;
  readonly formatVersion: number;
  readonly kind: PackageKind;
  readonly verificationId: string;
  /** From version 2 on: the entry with the time stamp; null where there is none. */
  readonly timestamp?: typeof MANIFEST_TIMESTAMP | null;
  /** In their order; all but the manifest, its time stamp and its seal. */
  readonly entries: readonly { readonly name: string; readonly size: number; readonly sha256: string }[];
  readonly withheld: readonly { readonly name: string; readonly sha256: string }[];
}

const SHAPE: Shape = {
  object: {
    ...{ format: 'string', formatVersion: 'number', kind: 'string', verificationId: 'string' },
    timestamp: { optional: { nullable: { oneOf: [MANIFEST_TIMESTAMP] } } },
    entries: { list: { object: { name: 'string', size: 'number', sha256: 'string' } } },
    withheld: { list: { object: { name: 'string', sha256: 'string' } } },
  },
};

type Digest = Pick<CryptoPrimitives, 'digest'>;
const sha256Of = (octets: Uint8Array, crypto: Digest): string => toHex(crypto.digest('SHA-256', octets));

export function buildManifest(
  about: Pick<Manifest, 'kind' | 'verificationId'> & { readonly isStamped: boolean },
  entries: readonly PackageEntry[],
  withheld: readonly PackageEntry[],
  crypto: Digest,
): Manifest {
  return {
    ...{ format: PACKAGE_FORMAT, formatVersion: FORMAT_VERSION },
    ...{ kind: about.kind, verificationId: about.verificationId },
    timestamp: about.isStamped ? MANIFEST_TIMESTAMP : null,
    entries: entries.map(({ name, octets }) => ({ name, size: octets.length, sha256: sha256Of(octets, crypto) })),
    withheld: withheld.map(({ name, octets }) => ({ name, sha256: sha256Of(octets, crypto) })),
  };
}

/** The text of it: a package has this one and no other. */
export const formatManifest = (manifest: Manifest): string => `${JSON.stringify(manifest, null, 2)}\n`;

/** Undefined for what is no manifest of a version that is known. */
export function decodeManifest(text: string, parsed: unknown): Manifest | undefined {
  if (!hasShape(parsed, SHAPE)) return undefined;
  const { format, formatVersion, kind, verificationId, timestamp, entries, withheld } = parsed as Manifest;
  if (format !== PACKAGE_FORMAT || !KNOWN_VERSIONS.includes(formatVersion)) return undefined;
  if (kind !== 'full' && kind !== 'service-provider') return undefined;
  if ((timestamp === undefined) !== (formatVersion === 1)) return undefined;
  const told = timestamp === undefined ? {} : { timestamp };
  const manifest = { format, formatVersion, kind, verificationId, ...told, entries, withheld };
  return formatManifest(manifest) === text ? manifest : undefined;
}

/** One way in which a package is not what its manifest says. */
export interface PackageFault {
  readonly fault: 'entry-missing' | 'entry-not-listed' | 'entry-duplicated' | 'entry-altered' | 'entry-out-of-order';
  readonly name: string;
}

/** Holds the entries against the manifest: each is there once, in its place, with its octets, and no other. */
export function verifyEntries(manifest: Manifest, found: readonly PackageEntry[], crypto: Digest): PackageFault[] {
  const faults: PackageFault[] = [];
  const listed = new Set(manifest.entries.map(({ name }) => name));
  const byName = new Map<string, PackageEntry>();
  for (const entry of found) {
    const { name } = entry;
    if (byName.has(name)) faults.push({ fault: 'entry-duplicated', name });
    else if (!listed.has(name)) faults.push({ fault: 'entry-not-listed', name });
    byName.set(name, entry);
  }
  for (const { name, size, sha256 } of manifest.entries) {
    const octets = byName.get(name)?.octets;
    if (octets === undefined) faults.push({ fault: 'entry-missing', name });
    else if (octets.length !== size || sha256Of(octets, crypto) !== sha256)
      faults.push({ fault: 'entry-altered', name });
  }
  if (faults.length > 0) return faults;
  return found
    .filter(({ name }, place) => manifest.entries[place]?.name !== name)
    .map(({ name }) => ({ fault: 'entry-out-of-order', name }));
}

const contextOf = (version: number): Uint8Array =>
  Uint8Array.from(`jpki-verifier evidence manifest v${version}\n`, (letter) => letter.charCodeAt(0));

/**
 * The octets that the deployment signs: a context of their own, so that no seal of the trail passes for one. From version 2
 * on the time stamp is signed as well: not all of its octets are covered by the authority's signature.
 */
export function encodeManifestSeal(
  formatVersion: number,
  manifest: Uint8Array,
  token: Uint8Array | undefined,
  crypto: Digest,
): Uint8Array {
  if (formatVersion === 1) return concatBytes(contextOf(1), manifest);
  const stamp = token === undefined ? Uint8Array.of(0) : concatBytes(Uint8Array.of(1), crypto.digest('SHA-256', token));
  return concatBytes(contextOf(formatVersion), stamp, manifest);
}
