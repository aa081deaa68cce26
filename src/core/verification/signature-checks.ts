import type { CheckIdentity } from '../verdict/result.ts';

/** The checks of the signature itself, common to all formats. */
export const SIGNATURE_CHECKS = {
  algorithm: { check: 'signature.algorithm', clause: 'ETSI EN 319 102-1 §5.2.8; allow-list of algorithms' },
  value: { check: 'signature.value', clause: 'ETSI EN 319 102-1 §5.2.7' },
  unambiguous: { check: 'content.unambiguous', clause: 'RFC 5652 §5.4' },
} as const satisfies Record<string, CheckIdentity>;
