import { encodeBase64 } from '../../core/base64.ts';
import {
  buildManifest,
  encodeManifestSeal,
  formatManifest,
  MANIFEST,
  MANIFEST_SEAL,
} from '../../core/evidence/manifest.ts';
import { formatDocument, type ManifestSeal } from '../../core/evidence/package-entries.ts';
import type { AuditSigner } from '../../platform/audit-crypto.ts';
import { nodeCrypto } from '../../platform/crypto.ts';
import { writeZip } from '../../platform/zip/write-zip.ts';
import { buildEntries, type PackageParts } from './build-entries.ts';

/** The package as a ZIP: the same parts and the same key give the same octets. */
export async function buildPackage(parts: PackageParts, signer: AuditSigner): Promise<Buffer> {
  const { entries, withheld } = buildEntries(parts);
  const { verificationId } = parts.evidence.answer;
  const manifest = Buffer.from(
    formatManifest(buildManifest({ kind: parts.kind, verificationId }, entries, withheld, nodeCrypto)),
  );
  const seal: ManifestSeal = {
    version: 1,
    keyId: signer.keyId,
    publicKey: encodeBase64(signer.publicKey),
    signature: encodeBase64(signer.sign(encodeManifestSeal(manifest))),
  };
  return writeZip([
    ...entries,
    { name: MANIFEST, octets: manifest },
    { name: MANIFEST_SEAL, octets: Buffer.from(formatDocument(seal)) },
  ]);
}
