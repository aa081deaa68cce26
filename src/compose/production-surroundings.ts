import type { ProductionConfig } from '../config.ts';
import { buildPolicyTable } from '../core/jpki/policy-table.ts';
import type { Database } from '../platform/database/database.ts';
import { MIGRATIONS } from '../platform/database/migrations-directory.ts';
import {
  describeMissingKeyStore,
  describeSchemaLag,
  describeServerAge,
  describeStrongLogin,
} from '../platform/database/start-conditions.ts';
import type { Log } from '../platform/log.ts';
import { StartRefused } from '../platform/start-refused.ts';
import { loadTrustAnchors, loadTsaTrustAnchors, unpinnedWarnings } from '../platform/trust-anchors.ts';
import type { Parts } from './parts.ts';
import type { Surroundings } from './surroundings.ts';

/** What the operator gave: the files of trust anchors, held against the pins, and the addresses of the gateway. */
export async function loadProductionSurroundings(config: ProductionConfig, { log }: Parts): Promise<Surroundings> {
  const { ocspUrls, crlDir, tsa } = config.gateway;
  const anchors = await loadTrustAnchors(config.gateway.trustAnchorsDir, config.gateway.unpinnedAnchors);
  const count = anchors.unpinned.length;
  if (count > 0) log.warn('trust-anchors.unpinned', { count });
  return {
    databaseUrl: config.database.url,
    anchors,
    policies: buildPolicyTable({ testPolicies: false, additional: config.certificatePolicies }),
    ocspUrls,
    crlDir,
    tsa: tsa && { ...tsa, trusted: await loadTsaTrustAnchors(tsa.trustAnchors) },
    sandboxUrl: undefined,
    notes: unpinnedWarnings(anchors),
  };
}

/** A production start changes nothing in its database: it serves on it, or says why not. */
export async function refuseUnfitDatabase(config: ProductionConfig, database: Database, log: Log): Promise<void> {
  const old = await describeServerAge(database);
  if (old !== undefined) throw new StartRefused([old]);
  const lag = (await describeSchemaLag(database, MIGRATIONS)) ?? (await describeMissingKeyStore(database));
  const strong = await describeStrongLogin(database);
  const advice = 'Use a login that owns nothing, or set DATABASE_SUPERUSER=accept.';
  const refused = config.database.strongLogin === 'refused' && strong.length > 0 ? [...strong, advice] : [];
  const sentences = [...(lag === undefined ? [] : [lag]), ...refused];
  if (sentences.length > 0) throw new StartRefused(sentences);
  if (strong.length > 0) log.warn('database.login-too-strong');
}
