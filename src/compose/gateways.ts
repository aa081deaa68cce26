import { issuerKeyOf } from '../core/x509/path/issuer-key.ts';
import {
  createDirectoryCrlSource,
  type DirectoryCrlSource,
  noCrlSource,
} from '../gateway/jlis/directory-crl-source.ts';
import { describeGateway } from '../gateway/jlis/gateway-state.ts';
import { createRevocationGateway, type RevocationGateway } from '../gateway/jlis/gather-revocation.ts';
import { createHttpOcspSource } from '../gateway/jlis/http-ocsp-source.ts';
import { watchOcspSource } from '../gateway/jlis/watched-ocsp-source.ts';
import { createSealFile } from '../gateway/seal-keeper/seal-file.ts';
import type { SealKeeper } from '../gateway/seal-keeper/seal-keeper.ts';
import { createSealWebhook } from '../gateway/seal-keeper/seal-webhook.ts';
import { createHttpTimestampAuthority } from '../gateway/timestamp/http-timestamp-authority.ts';
import type { TimestampAuthority } from '../gateway/timestamp/timestamp-authority.ts';
import { watchTimestampAuthority } from '../gateway/timestamp/watched-timestamp-authority.ts';
import { createKeySet } from '../platform/access-token/key-set.ts';
import { createTokenVerifier, type VerifyToken } from '../platform/access-token/verify-token.ts';
import { nodeCrypto } from '../platform/crypto.ts';
import { takeRandom } from '../platform/random.ts';
import { StartRefused } from '../platform/start-refused.ts';
import type { Foundation } from './foundation.ts';
import type { Surroundings } from './surroundings.ts';

const MOST_OCSP_OCTETS = 65_536;

export interface OpenRevocation {
  readonly gateway: RevocationGateway;
  readonly describe: () => ReturnType<typeof describeGateway>;
}

/** Whom we ask whether a certificate is revoked. */
export async function openRevocation(surroundings: Surroundings, foundation: Foundation): Promise<OpenRevocation> {
  const { config, clock, log, httpClient } = foundation;
  const { ocspUrls } = surroundings;
  const timeoutMs = config.revocation.ocspTimeoutMs;
  const ocsp = watchOcspSource(
    createHttpOcspSource({ urls: ocspUrls, timeoutMs, maxBytes: MOST_OCSP_OCTETS, httpClient }),
    ocspUrls,
    { clock, log },
  );
  const crls = await openCrls(surroundings, foundation);
  const gateway = createRevocationGateway({
    ocsp,
    crls: crls ?? noCrlSource,
    crypto: nodeCrypto,
    certIdHash: config.revocation.certIdHash,
    nonce: config.revocation.nonce,
    randomBytes: takeRandom,
  });
  return { gateway, describe: () => describeGateway(ocsp, crls, clock) };
}

async function openCrls(
  { crlDir, anchors }: Surroundings,
  { config, log, patience }: Foundation,
): Promise<DirectoryCrlSource | undefined> {
  if (crlDir === undefined) return undefined;
  const crls = createDirectoryCrlSource({
    directory: crlDir,
    issuers: anchors.certificates.map(issuerKeyOf),
    undivided: config.revocation.undividedCaKeys.map((spkiSha256) => ({ spkiSha256 })),
    crypto: nodeCrypto,
    log,
    waitMs: patience.crlsMs,
  });
  if (await crls.refresh()) return crls;
  throw new StartRefused(['CRL_DIR cannot be read: name a directory that this user may read; it may be empty.']);
}

/** To whom the seals of the audit trail are told. */
export function openSealKeepers({ config, httpClient }: Foundation): SealKeeper[] {
  const { file, webhook } = config.auditSeals;
  return [
    ...(file === undefined ? [] : [createSealFile(file)]),
    ...(webhook === undefined ? [] : [createSealWebhook(webhook, httpClient)]),
  ];
}

/** Who stamps the time; undefined where nobody is set. */
export function openTimestampAuthority(
  { tsa }: Surroundings,
  { config, httpClient, clock, log }: Foundation,
): TimestampAuthority | undefined {
  if (tsa === undefined) return undefined;
  const authority = createHttpTimestampAuthority({
    ...{ url: tsa.url, trusted: tsa.trusted, policy: tsa.policy },
    timeoutMs: config.tsaTimeoutMs,
    clockSkewSeconds: config.revocation.clockSkewSeconds,
    ...{ httpClient, crypto: nodeCrypto, clock, randomBytes: takeRandom },
  });
  return watchTimestampAuthority(authority, log);
}

/** Access tokens are taken where an authorization server is set. */
export function openTokens({ config, httpClient, clock, log, patience }: Foundation): VerifyToken | undefined {
  const { oauth } = config.edge;
  if (oauth === undefined) return undefined;
  const keys = createKeySet({ url: oauth.jwksUrl, httpClient, clock, log, timeoutMs: patience.keysMs });
  return createTokenVerifier(oauth, keys, clock);
}
