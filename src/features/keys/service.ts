import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import type { KeyEncryption } from '../../platform/vault/key-encryption.ts';
import { addKeyEncryptionKey } from '../../platform/vault/key-file.ts';
import type { KeyPurpose, Vault } from '../../platform/vault/vault.ts';
import { type AuditActor, appendAuditLine, createSealKeys, DEPLOYMENT } from '../audit/service.ts';
import { fetchTenants } from './key-store.ts';
import type { KeyOutcome, KeyParts } from './parts.ts';
import { reencryptTenant } from './reencrypt.ts';
import { rewrapDeployment, rewrapTenant } from './rewrap.ts';
import { rotateTenant } from './rotate.ts';

export interface KeyServiceDependencies {
  /** As the owner: the application's login can alter no key and nothing that was recorded. */
  readonly database: Database;
  readonly vault: Vault & { readonly keyEncryption: KeyEncryption };
  readonly clock: Clock;
  readonly keyFile: string;
  readonly cacheSeconds: number;
  readonly operator: { readonly name: string; readonly right: string };
}

/** How far a work over all tenants is: keys or fields done, and places that do not open, which stay as they are. */
export interface KeyProgress extends KeyOutcome {
  readonly tenants: number;
}

export interface KeyWork {
  /** One tenant alone; undefined: all. */
  readonly tenant?: string | undefined;
  readonly report?: (progress: KeyProgress) => void;
}

export interface KeyService {
  /** A new version of the data keys, which seals once no replica can be without it: in so many seconds. */
  rotate(
    work: KeyWork & { readonly purposes: readonly KeyPurpose[] },
  ): Promise<KeyProgress & { readonly sealsInSeconds: number }>;
  /** Everything wrapped anew under the key-encryption key of now. What is done stays done when it is cut short. */
  rewrap(work: KeyWork): Promise<KeyProgress & { readonly keyId: string }>;
  /** Every field sealed anew under the version of now; likewise. */
  reencrypt(work: KeyWork): Promise<KeyProgress>;
  /** A new key that signs seals from now on; gives its id. */
  rotateSealKey(): Promise<string>;
  /** One more key-encryption key in the key file; gives its id. */
  addToFile(): Promise<string>;
}

/** A replica has read its keys anew by then, by a clock that is not the database's. */
const MARGIN_SECONDS = 60;

export function createKeyService(dependencies: KeyServiceDependencies): KeyService {
  const { database, vault, clock, keyFile, cacheSeconds, operator } = dependencies;
  const { keyEncryption: keys } = vault;
  const actor: AuditActor = `operator:${operator.name}`;
  const lineOf: KeyParts['lineOf'] = (tenantId, act, target, count) => ({
    ...{ tenantId, at: clock.now(), actor, right: operator.right, act, target, count },
    ...{ from: null, requestId: null },
  });
  const parts: KeyParts = { database, vault, keys, lineOf };

  async function overTenants(
    { tenant, report }: KeyWork,
    each: (tenantId: string) => Promise<KeyOutcome>,
  ): Promise<KeyProgress> {
    let progress: KeyProgress = { tenants: 0, done: 0, unreadable: [] };
    for await (const { id } of fetchTenants(database, tenant)) {
      const { done, unreadable } = await each(id);
      progress = {
        tenants: progress.tenants + 1,
        done: progress.done + done,
        unreadable: [...progress.unreadable, ...unreadable],
      };
      report?.(progress);
    }
    return progress;
  }

  return {
    async rotate({ purposes, ...work }) {
      const sealsInSeconds = cacheSeconds + MARGIN_SECONDS;
      const progress = await overTenants(work, (id) => rotateTenant(parts, id, purposes, sealsInSeconds));
      return { ...progress, sealsInSeconds };
    },

    async rewrap(work) {
      const keyId = await keys.currentKeyId();
      const progress = await overTenants(work, (id) => rewrapTenant(parts, id, keyId));
      if (work.tenant !== undefined) return { ...progress, keyId };
      const { done, unreadable } = await rewrapDeployment(parts, keyId);
      return {
        ...{ keyId, tenants: progress.tenants, done: progress.done + done },
        unreadable: [...progress.unreadable, ...unreadable],
      };
    },

    reencrypt: (work) => overTenants(work, (id) => reencryptTenant(parts, id)),

    rotateSealKey: () => createSealKeys(database, vault.deployment).rotate(clock.now(), actor),

    async addToFile() {
      const keyId = `file/${await addKeyEncryptionKey(keyFile)}`;
      const line = lineOf(DEPLOYMENT, 'key-encryption-key.create', keyId, 1);
      await database.inTenant(DEPLOYMENT, (trx) => appendAuditLine(trx, line));
      return keyId;
    },
  };
}
