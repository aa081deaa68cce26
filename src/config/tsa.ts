import { resolve } from 'node:path';
import type { SettingsReader } from '../platform/settings.ts';

/** Whose time stamps are asked for. */
export interface TsaConfig {
  readonly url: string;
  /** A file or a directory of certificates: roots, or TSAs' own. */
  readonly trustAnchors: string;
  /** Asked for, and no other is taken. */
  readonly policy: string | undefined;
}

/** The sandbox brings its own. */
export const TSA_SETTINGS = ['TSA_URL', 'TSA_URL_FILE', 'TSA_TRUST_ANCHORS', 'TSA_POLICY'] as const;

const OBJECT_IDENTIFIER = /^[0-2](?:\.(?:0|[1-9]\d{0,38})){1,30}$/;

/** Undefined where no TSA is set: then packages have no time stamp, and say so. */
export function parseTsa(settings: SettingsReader): TsaConfig | undefined {
  if (!TSA_SETTINGS.some(settings.has)) return undefined;
  const before = settings.problems.length;
  const url = settings.url('TSA_URL', ['http:', 'https:'], settings.secret('TSA_URL'));
  const isSaid = settings.problems.length > before;
  const trustAnchors = settings.text('TSA_TRUST_ANCHORS');
  const policy = settings.text('TSA_POLICY');
  if (url === undefined && !isSaid)
    settings.report('TSA_URL is missing: set it to the time stamping authority, or remove every TSA_ setting.');
  if (trustAnchors === undefined)
    settings.report(
      "TSA_TRUST_ANCHORS is missing: set it to a file or a directory with the authority's root certificate.",
    );
  if (policy !== undefined && !OBJECT_IDENTIFIER.test(policy))
    settings.report('TSA_POLICY must be an object identifier, for example 1.2.3.4.');
  if (url === undefined || trustAnchors === undefined) return undefined;
  return { url, trustAnchors: resolve(trustAnchors), policy };
}
