import type { SettingsReader } from '../platform/settings.ts';

/** How it is asked whether a certificate is revoked. */
export interface RevocationConfig {
  readonly certIdHash: 'SHA-1' | 'SHA-256';
  readonly nonce: 'none' | 'send' | 'require';
  readonly ocspTimeoutMs: number;
  readonly clockSkewSeconds: number;
  /** SHA-256 of the SPKI of CA keys whose CRL in CRL_DIR is the undivided one; lower-case hexadecimal. */
  readonly undividedCaKeys: readonly string[];
}

export const REVOCATION_SETTINGS = [
  'OCSP_CERTID_HASH',
  'OCSP_NONCE',
  'OCSP_TIMEOUT_MS',
  'CRL_UNDIVIDED_CA_KEYS',
] as const;

export function parseRevocation(settings: SettingsReader, clockSkewSeconds: number): RevocationConfig {
  return {
    certIdHash: settings.oneOf('OCSP_CERTID_HASH', ['SHA-1', 'SHA-256'], 'SHA-1'),
    nonce: settings.oneOf('OCSP_NONCE', ['none', 'send', 'require'], 'send'),
    ocspTimeoutMs: settings.integer('OCSP_TIMEOUT_MS', { min: 100, max: 60_000, fallback: 5_000 }),
    clockSkewSeconds,
    undividedCaKeys: settings.list('CRL_UNDIVIDED_CA_KEYS', 'SHA-256 values (64 hexadecimal digits each)', (item) =>
      /^[0-9a-f]{64}$/i.test(item) ? item.toLowerCase() : undefined,
    ),
  };
}
