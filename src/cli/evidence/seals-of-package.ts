import { toHex } from '../../core/bytes.ts';
import { AUDIT, type AuditDocument, ENTRY_NAMES } from '../../core/evidence/package-entries.ts';
import type { PackageSeals } from '../../features/audit/reader.ts';
import { decodeDocument, type IntactPackage } from './read-package.ts';
import { decodeBatch } from './verify-seal-timestamps.ts';

/** By what the timestamps of a package are found: the seals of its audit lines, and its manifest. */
export function sealsOfPackage({ entries, manifestSha256 }: IntactPackage): PackageSeals {
  const audit = decodeDocument<AuditDocument>(entries.get(ENTRY_NAMES.audit), AUDIT);
  const batches = (audit?.lines ?? []).flatMap(({ seal }) => decodeBatch(seal) ?? []);
  return { batches: [...new Set(batches)], manifestSha256: toHex(manifestSha256) };
}
