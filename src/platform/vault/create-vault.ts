import { rm } from 'node:fs/promises';
import type { Database } from '../database/database.ts';
import type { Log } from '../log.ts';
import { loadTenantKeys } from './data-keys.ts';
import { isDeploymentKnown, recordDeployment } from './deployment-check.ts';
import { createDeploymentSecrets } from './deployment-secrets.ts';
import { createRotatingHashes } from './hash-keys.ts';
import { keepTenants } from './kept-tenants.ts';
import type { KeyEncryption } from './key-encryption.ts';
import { createKeyFile, type DeploymentKeys, readKeyFile } from './key-file.ts';
import { type KeySettings, openKeyEncryption, USUAL_KEYS } from './key-settings.ts';
import { createTenantVault } from './tenant-vault.ts';
import { type Vault, VaultError } from './vault.ts';

export interface VaultOptions {
  /** JSON, mode 0600; made at the first start of a new deployment, and then to be kept as well as the database. */
  readonly keyFile: string;
  /** The key file alone unless given. */
  readonly keys?: KeySettings;
  readonly database: Database;
  readonly log: Log;
  /** Milliseconds of a clock that is never set back. */
  readonly now?: () => number;
}

/** Opens the vault of this deployment. VaultError, whose message is a sentence, when the key file is lost or not its own. */
export async function createVault(options: VaultOptions): Promise<Vault & { readonly keyEncryption: KeyEncryption }> {
  const deploymentKeys = await loadDeploymentKeys(options);
  const settings = options.keys ?? USUAL_KEYS;
  const keyEncryption = openKeyEncryption(options.keyFile, deploymentKeys, settings);
  const load = async (tenantId: string) =>
    createTenantVault(tenantId, await loadTenantKeys(options.database, keyEncryption, tenantId));
  return {
    hashes: await createRotatingHashes(options.database, keyEncryption, deploymentKeys),
    deployment: createDeploymentSecrets(keyEncryption),
    open: keepTenants(load, settings.cacheSeconds * 1000, options.now),
    keyEncryption,
  };
}

async function loadDeploymentKeys({ keyFile, database, log }: VaultOptions): Promise<DeploymentKeys> {
  const isKnown = await isDeploymentKnown(database); // before the file: another first start makes that, then records it
  const present = await readKeyFile(keyFile);
  if (present === undefined && isKnown) {
    throw new VaultError(
      `The key file ${keyFile} is missing, but this database was written with one: put it back (from the backup, or from another replica). Without it nothing personal in the database can be read.`,
    );
  }
  const isNew = present === undefined && (await createKeyFile(keyFile));
  const keys = present ?? (await readKeyFile(keyFile));
  if (keys !== undefined && (await recordDeployment(database, keys))) {
    if (isNew) log.info('vault.key-created');
    return keys;
  }
  if (isNew) await rm(keyFile, { force: true }); // nothing was sealed under it
  throw new VaultError(
    `The key file ${keyFile} is not the one that this database was written with: every replica needs a copy of the same file.`,
  );
}
