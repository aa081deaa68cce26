import type { AuditSeal } from '../../core/audit/seal.ts';
import { decodeSeal, describeSeal } from '../../core/audit/seal-text.ts';

/** One line of a file of seals (NDJSON), without its end. */
export const encodeSealLine = (seal: AuditSeal): string => JSON.stringify(describeSeal(seal));

/** Undefined for what is no such line. */
export function decodeSealLine(line: string): AuditSeal | undefined {
  try {
    return decodeSeal(JSON.parse(line), (text) => Buffer.from(text, 'base64'));
  } catch {
    return undefined; // not JSON: torn by a crash
  }
}
