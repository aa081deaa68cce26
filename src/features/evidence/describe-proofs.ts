import { describeSeal } from '../../core/audit/seal-text.ts';
import { encodeBase64 } from '../../core/base64.ts';
import { toHex } from '../../core/bytes.ts';
import type { AuditDocument, AuditLineDocument } from '../../core/evidence/package-entries.ts';
import { describeChains, type TimestampsDocument } from '../../core/evidence/timestamps-document.ts';
import { formatInstant } from '../../core/rfc3339.ts';
import type { BatchTimestamps, LineProof, LineProofs } from '../audit/service.ts';

export const describeProofs = ({ proofs, waiting }: LineProofs): AuditDocument => ({
  lines: proofs.map(describeProof),
  waiting,
});

/** Undefined where no seal was timestamped yet. */
export const describeTimestamps = (chains: readonly BatchTimestamps[]): TimestampsDocument | undefined =>
  chains.length === 0 ? undefined : describeChains(chains);

export const describeProof = ({ line, position, path, seal, key }: LineProof): AuditLineDocument => ({
  line: { ...line, at: formatInstant(line.at), salt: encodeBase64(line.salt) },
  position,
  path: path.map(toHex),
  seal: describeSeal(seal),
  publicKey: encodeBase64(key.spki),
});
