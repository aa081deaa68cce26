import { resolve } from 'node:path';
import type { CertificateKind } from '../core/jpki/certificate-kind.ts';
import type { SettingsReader } from '../platform/settings.ts';
import { parseTsa, TSA_SETTINGS, type TsaConfig } from './tsa.ts';

/** The real gateway: production alone. */
export interface GatewayConfig {
  readonly trustAnchorsDir: string;
  readonly unpinnedAnchors: 'refused' | 'accepted';
  readonly ocspUrls: Readonly<Record<CertificateKind, string>>;
  readonly crlDir: string | undefined;
  readonly tsa: TsaConfig | undefined;
}

export const GATEWAY_SETTINGS = [
  'TRUST_ANCHORS_DIR',
  'TRUST_ANCHORS_UNPINNED',
  'OCSP_URL_DIGITAL_SIGNATURE',
  'OCSP_URL_USER_AUTHENTICATION',
  'CRL_DIR',
  ...TSA_SETTINGS,
] as const;

/** Undefined, and reported, where something is missing. */
export function parseGateway(settings: SettingsReader): GatewayConfig | undefined {
  const need = (name: (typeof GATEWAY_SETTINGS)[number], what: string) => {
    if (!settings.has(name)) settings.report(`${name} is missing: set it to ${what}.`);
  };
  need('TRUST_ANCHORS_DIR', 'the directory of the root certificates (*.pem, *.crt, *.cer)');
  need('OCSP_URL_DIGITAL_SIGNATURE', 'the OCSP responder for 署名用 certificates');
  need('OCSP_URL_USER_AUTHENTICATION', 'the OCSP responder for 利用者証明用 certificates');
  const trustAnchorsDir = settings.text('TRUST_ANCHORS_DIR');
  const unpinned = settings.oneOf('TRUST_ANCHORS_UNPINNED', ['refused', 'accept'], 'refused');
  const digitalSignature = settings.url('OCSP_URL_DIGITAL_SIGNATURE', ['http:', 'https:']);
  const userAuthentication = settings.url('OCSP_URL_USER_AUTHENTICATION', ['http:', 'https:']);
  const crlDir = settings.text('CRL_DIR');
  const tsa = parseTsa(settings);
  if (!trustAnchorsDir || !digitalSignature || !userAuthentication) return undefined;
  return {
    trustAnchorsDir: resolve(trustAnchorsDir),
    unpinnedAnchors: unpinned === 'accept' ? 'accepted' : 'refused',
    ocspUrls: { 'digital-signature': digitalSignature, 'user-authentication': userAuthentication },
    crlDir: crlDir === undefined ? undefined : resolve(crlDir),
    tsa,
  };
}
