import { encodeBase64 } from '../../core/base64.ts';
import {
  buildManifest,
  encodeManifestSeal,
  FORMAT_VERSION,
  formatManifest,
  MANIFEST,
  MANIFEST_SEAL,
  MANIFEST_TIMESTAMP,
  type PackageEntry,
} from '../../core/evidence/manifest.ts';
import { formatDocument, type ManifestSeal } from '../../core/evidence/package-entries.ts';
import type { AuditSigner } from '../../platform/audit-crypto.ts';
import { nodeCrypto } from '../../platform/crypto.ts';
import { writeZip } from '../../platform/zip/write-zip.ts';
import { buildEntries, type PackageParts } from './build-entries.ts';
import type { TimestampState } from './cover.ts';

/** `token`: DER of a TimeStampToken over that SHA-256. */
export type Stamped =
  | { readonly state: 'stamped'; readonly token: Uint8Array }
  | { readonly state: Exclude<TimestampState, 'stamped'> };

export type Stamp = (manifestSha256: Uint8Array) => Promise<Stamped>;

export interface BuiltPackage {
  /** A ZIP. */
  readonly octets: Buffer;
  readonly manifestSha256: Uint8Array;
}

/**
 * The package: the same parts, the same token and the same key give the same octets. The manifest tells whether there is a
 * time stamp, which is over the manifest: it is made as if there were one, and made again where none is to be had.
 */
export async function buildPackage(parts: PackageParts, signer: AuditSigner, stamp: Stamp): Promise<BuiltPackage> {
  const hoped = assemble(parts, 'stamped');
  const stamped = await stamp(hoped.sha256);
  const { entries, manifest, sha256 } = stamped.state === 'stamped' ? hoped : assemble(parts, stamped.state);
  const token = stamped.state === 'stamped' ? stamped.token : undefined;
  const seal: ManifestSeal = {
    version: FORMAT_VERSION,
    keyId: signer.keyId,
    publicKey: encodeBase64(signer.publicKey),
    signature: encodeBase64(signer.sign(encodeManifestSeal(FORMAT_VERSION, manifest, token, nodeCrypto))),
  };
  const octets = await writeZip([
    ...entries,
    { name: MANIFEST, octets: manifest },
    ...(token === undefined ? [] : [{ name: MANIFEST_TIMESTAMP, octets: token }]),
    { name: MANIFEST_SEAL, octets: Buffer.from(formatDocument(seal)) },
  ]);
  return { octets, manifestSha256: sha256 };
}

interface Assembled {
  readonly entries: readonly PackageEntry[];
  readonly manifest: Buffer;
  readonly sha256: Uint8Array;
}

function assemble(parts: PackageParts, timestamp: TimestampState): Assembled {
  const { entries, withheld } = buildEntries(parts, timestamp);
  const { verificationId } = parts.evidence.answer;
  const about = { kind: parts.kind, verificationId, isStamped: timestamp === 'stamped' };
  const manifest = Buffer.from(formatManifest(buildManifest(about, entries, withheld, nodeCrypto)));
  return { entries, manifest, sha256: nodeCrypto.digest('SHA-256', manifest) };
}
