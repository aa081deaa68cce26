import type { SealKey } from '../core/audit/trail.ts';
import { DecodeError } from '../core/der/decode-error.ts';
import type { Certificate } from '../core/x509/certificate.ts';
import { StartRefused } from '../platform/start-refused.ts';
import { decodeTrustAnchors } from '../platform/trust-anchors.ts';
import { decodeTrustedKeys } from './evidence/trusted-keys.ts';
import { readGivenFile } from './given-file.ts';

/** Whom the files of --trust vouch for: keys that seal, and certificates of time stamping authorities or their roots. */
export interface GivenTrust {
  readonly keys: readonly SealKey[];
  readonly timestampAnchors: readonly Certificate[];
}

/** Longer than any answer of GET /jpki/audit-seals. */
export const LONGEST_TRUST = 16 * 1024 * 1024;

/** Each file is an answer of GET /jpki/audit-seals, or certificates in PEM or DER. */
export async function readTrust(paths: readonly string[]): Promise<GivenTrust> {
  const keys: SealKey[] = [];
  const timestampAnchors: Certificate[] = [];
  for (const path of paths) {
    const octets = await readGivenFile(path, LONGEST_TRUST);
    const found = decodeTrustedKeys(octets.toString());
    const certificates = found === undefined ? decodeCertificates(octets) : [];
    if (found === undefined && certificates.length === 0) {
      throw new StartRefused([
        `${path} is neither an answer of GET /jpki/audit-seals nor a file with the certificate of a time stamping authority.`,
      ]);
    }
    keys.push(...(found ?? []));
    timestampAnchors.push(...certificates);
  }
  return { keys, timestampAnchors };
}

function decodeCertificates(octets: Buffer): readonly Certificate[] {
  try {
    return decodeTrustAnchors(octets);
  } catch (error) {
    if (error instanceof DecodeError) return [];
    throw error;
  }
}
