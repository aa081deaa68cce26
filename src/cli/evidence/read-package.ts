import { hasShape, type Shape } from '../../core/evidence/json-shape.ts';
import {
  decodeManifest,
  encodeManifestSeal,
  MANIFEST,
  MANIFEST_SEAL,
  MANIFEST_TIMESTAMP,
  type Manifest,
  type PackageEntry,
  verifyEntries,
} from '../../core/evidence/manifest.ts';
import { formatDocument, MANIFEST_SEAL_SHAPE, type ManifestSeal } from '../../core/evidence/package-entries.ts';
import { auditCrypto } from '../../platform/audit-crypto.ts';
import { nodeCrypto } from '../../platform/crypto.ts';
import { isWithinComplexity } from '../../platform/http/json-complexity.ts';
import { readZip, ZipRefused } from '../../platform/zip/read-zip.ts';
import { writeZip, type ZipEntry } from '../../platform/zip/write-zip.ts';
import type { Fault } from './package-verdict.ts';

/** Trust anchors and all. */
const MOST_ENTRIES = 256;
const LONGEST_ENTRY = 512 * 1024 * 1024;
const LONGEST_DOCUMENT = 32 * 1024 * 1024;
const MOST_VALUES = 1_000_000;

/** Empty of what is too long to be a document. */
const textOf = (octets: Uint8Array): string => (octets.length > LONGEST_DOCUMENT ? '' : Buffer.from(octets).toString());

/** A package whose octets are exactly those that its manifest tells of, signed by the key that it brings. */
export interface IntactPackage {
  readonly manifest: Manifest;
  readonly entries: ReadonlyMap<string, Uint8Array>;
  readonly sealKey: { readonly keyId: string; readonly publicKey: Uint8Array };
  readonly manifestSha256: Uint8Array;
  /** DER of the TimeStampToken, unread. */
  readonly token: Uint8Array | undefined;
}

export type ReadPackage =
  | { readonly ok: true; readonly value: IntactPackage }
  | { readonly ok: false; readonly faults: readonly Fault[] };

const refused = (fault: Fault['fault'], name: string | null = null): ReadPackage => ({
  ok: false,
  faults: [{ fault, name }],
});

export async function readPackage(octets: Buffer): Promise<ReadPackage> {
  const found = await entriesOf(octets);
  if (found === undefined) return refused('not-a-package');
  const own = (name: string) => found.filter((entry) => entry.name === name);
  const [manifestEntry] = own(MANIFEST);
  if (manifestEntry === undefined) return refused('entry-missing', MANIFEST);
  const manifest = decodeManifest(textOf(manifestEntry.octets), parseJson(manifestEntry.octets));
  if (manifest === undefined) return refused('manifest-unreadable', MANIFEST);
  const faults = verifyPlaces(manifest, found);
  if (faults.length > 0) return { ok: false, faults };
  // a ZIP has octets that no entry shows: times, flags, comments; the same entries are written anew, and held against it
  if (!(await writeZip(found)).equals(octets)) return refused('octets-altered');
  const [token] = own(MANIFEST_TIMESTAMP).map((entry) => entry.octets);
  const signed = encodeManifestSeal(manifest.formatVersion, manifestEntry.octets, token, nodeCrypto);
  const sealKey = openSeal(found.at(-1)?.octets ?? new Uint8Array(), manifest.formatVersion, signed);
  if (sealKey === undefined) return refused('manifest-seal-broken', MANIFEST_SEAL);
  const entries = new Map(found.map((one) => [one.name, one.octets]));
  const manifestSha256 = nodeCrypto.digest('SHA-256', manifestEntry.octets);
  return { ok: true, value: { manifest, entries, sealKey, manifestSha256, token } };
}

async function entriesOf(octets: Buffer): Promise<readonly ZipEntry[] | undefined> {
  try {
    return await readZip(octets, { entries: MOST_ENTRIES, size: LONGEST_ENTRY });
  } catch (error) {
    if (error instanceof ZipRefused) return undefined;
    throw error;
  }
}

/** The entries of the manifest in its order, then the manifest, its time stamp where it tells of one, then its seal. */
function verifyPlaces(manifest: Manifest, found: readonly PackageEntry[]): readonly Fault[] {
  const stamps = manifest.timestamp == null ? [] : [manifest.timestamp];
  const own: readonly string[] = [MANIFEST, ...stamps, MANIFEST_SEAL];
  const faults: Fault[] = [
    ...verifyEntries(
      manifest,
      found.filter(({ name }) => !own.includes(name)),
      nodeCrypto,
    ),
  ];
  for (const name of own) {
    const count = found.filter((entry) => entry.name === name).length;
    if (count !== 1) faults.push({ fault: count === 0 ? 'entry-missing' : 'entry-duplicated', name });
  }
  const inPlace = own.every((name, place) => found.at(place - own.length)?.name === name);
  return faults.length > 0 || inPlace ? faults : [{ fault: 'entry-out-of-order', name: MANIFEST }];
}

function openSeal(octets: Uint8Array, formatVersion: number, signed: Uint8Array): IntactPackage['sealKey'] | undefined {
  const seal = decodeDocument<ManifestSeal>(octets, MANIFEST_SEAL_SHAPE);
  if (seal === undefined || seal.version !== formatVersion) return undefined;
  const { version, keyId, publicKey, signature } = seal;
  const written = formatDocument({ version, keyId, publicKey, signature });
  const spki = decodeBase64(publicKey);
  const value = decodeBase64(signature);
  if (written !== textOf(octets) || spki === undefined || value === undefined) return undefined;
  if (Buffer.from(auditCrypto.sha256(spki)).toString('hex') !== keyId) return undefined;
  const isSigned = auditCrypto.verifyEd25519(spki, signed, value);
  return isSigned ? { keyId, publicKey: spki } : undefined;
}

/** JSON of that shape; undefined for anything else. */
export function decodeDocument<T>(octets: Uint8Array | undefined, shape: Shape): T | undefined {
  const value = octets === undefined ? undefined : parseJson(octets);
  return hasShape(value, shape) ? (value as T) : undefined;
}

/** Deep or numerous values are none of ours: writing them again, to be held against each other, recurses. */
function parseJson(octets: Uint8Array): unknown {
  if (octets.length > LONGEST_DOCUMENT || !isWithinComplexity(octets, MOST_VALUES)) return undefined;
  try {
    return JSON.parse(textOf(octets));
  } catch {
    return undefined;
  }
}

export function decodeBase64(text: string): Uint8Array | undefined {
  const octets = Buffer.from(text, 'base64');
  return octets.toString('base64') === text ? new Uint8Array(octets) : undefined;
}
