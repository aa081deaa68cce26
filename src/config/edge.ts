import { resolve } from 'node:path';
import {
  CLIENT_CLAIMS,
  TOKEN_ALGORITHMS,
  type TokenAlgorithm,
  type TokenSettings,
} from '../platform/access-token/verify-token.ts';
import { decodeNetwork, type ProxySettings } from '../platform/http/peer.ts';
import type { TlsFiles } from '../platform/http/tls.ts';
import type { SettingsReader } from '../platform/settings.ts';
import { isSafeUrl } from './safe-url.ts';

/** How the service meets its callers. */
export interface EdgeConfig {
  /** Undefined: API keys alone. */
  readonly oauth: (TokenSettings & { readonly jwksUrl: string }) | undefined;
  /** Undefined: plain HTTP, and TLS before it. */
  readonly tls: TlsFiles | undefined;
  readonly proxies: ProxySettings;
}

export const EDGE_SETTINGS = [
  'OAUTH_ISSUER',
  'OAUTH_AUDIENCE',
  'OAUTH_JWKS_URL',
  'OAUTH_ALGORITHMS',
  'OAUTH_CLIENT_CLAIM',
  'OAUTH_SCOPE_PREFIX',
  'TLS_CERT_FILE',
  'TLS_KEY_FILE',
  'TLS_CLIENT_CA_FILE',
  'TRUSTED_PROXIES',
  'CLIENT_CERTIFICATE_HEADER',
] as const;

const USUAL_ALGORITHMS: readonly TokenAlgorithm[] = ['RS256', 'PS256', 'ES256'];
const HEADER_NAME = /^[a-z0-9-]{1,64}$/;

export function parseEdge(settings: SettingsReader, clockSkewSeconds: number): EdgeConfig {
  return {
    oauth: parseOauth(settings, clockSkewSeconds),
    tls: parseTls(settings),
    proxies: parseProxies(settings),
  };
}

function parseOauth(settings: SettingsReader, clockSkewSeconds: number): EdgeConfig['oauth'] {
  const isWanted = EDGE_SETTINGS.some((name) => name.startsWith('OAUTH_') && settings.has(name));
  const algorithms = settings.list('OAUTH_ALGORITHMS', `algorithms (${TOKEN_ALGORITHMS.join(', ')})`, (item) =>
    TOKEN_ALGORITHMS.find((one) => one === item),
  );
  const clientClaim = settings.oneOf('OAUTH_CLIENT_CLAIM', CLIENT_CLAIMS, 'client_id');
  if (!isWanted) return undefined;
  const need = (name: (typeof EDGE_SETTINGS)[number], what: string): string => {
    const value = settings.text(name);
    if (value === undefined) settings.report(`${name} is missing: set it to ${what}, or remove every OAUTH_ setting.`);
    return value ?? '';
  };
  const issuer = need('OAUTH_ISSUER', 'the issuer that access tokens name');
  const audience = need('OAUTH_AUDIENCE', 'the audience that access tokens for this service name');
  const jwksUrl = need('OAUTH_JWKS_URL', "the address of the authorization server's keys");
  if (jwksUrl !== '' && !isSafeUrl(jwksUrl)) {
    // whoever can answer in its place can let in anybody
    settings.report('OAUTH_JWKS_URL must be an address that begins with https:// (http:// on the loopback alone).');
  }
  return {
    ...{ issuer, audience, jwksUrl, clientClaim, clockSkewSeconds },
    algorithms: algorithms.length === 0 ? USUAL_ALGORITHMS : algorithms,
    scopePrefix: settings.text('OAUTH_SCOPE_PREFIX') ?? '',
  };
}

function parseTls(settings: SettingsReader): TlsFiles | undefined {
  const certFile = settings.text('TLS_CERT_FILE');
  const keyFile = settings.text('TLS_KEY_FILE');
  const clientCaFile = settings.text('TLS_CLIENT_CA_FILE');
  if (certFile === undefined && keyFile === undefined && clientCaFile === undefined) return undefined;
  if (certFile === undefined || keyFile === undefined) {
    settings.report('TLS needs both TLS_CERT_FILE and TLS_KEY_FILE: set both, or none for plain HTTP behind a proxy.');
    return undefined;
  }
  return {
    certFile: resolve(certFile),
    keyFile: resolve(keyFile),
    clientCaFile: clientCaFile === undefined ? undefined : resolve(clientCaFile),
  };
}

function parseProxies(settings: SettingsReader): ProxySettings {
  const trusted = settings.list('TRUSTED_PROXIES', 'IP addresses or networks, as in 10.0.0.0/8', decodeNetwork);
  const certificateHeader = settings.text('CLIENT_CERTIFICATE_HEADER')?.toLowerCase();
  if (certificateHeader !== undefined && !HEADER_NAME.test(certificateHeader)) {
    settings.report('CLIENT_CERTIFICATE_HEADER must be the name of a header.');
  }
  if (certificateHeader !== undefined && trusted.length === 0) {
    settings.report('CLIENT_CERTIFICATE_HEADER is believed from TRUSTED_PROXIES alone: set these, or remove it.');
  }
  return { trusted, certificateHeader };
}
