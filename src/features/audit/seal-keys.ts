import type { SealKey } from '../../core/audit/trail.ts';
import type { Instant } from '../../core/instant.ts';
import { type AuditSigner, generateAuditSigner, openAuditSigner } from '../../platform/audit-crypto.ts';
import type { Database, Transaction } from '../../platform/database/database.ts';
import { type DeploymentSecrets, KeysUnavailable } from '../../platform/vault/vault.ts';
import { appendAuditLine } from './append.ts';
import { type AuditActor, DEPLOYMENT } from './line.ts';
import { insertKey, loadNewestKey, lockSeals } from './seal-store.ts';

/** The keys that sign seals: the newest does. Their private halves are sealed by the vault. */
export interface SealKeys {
  /** Within a sealer's transaction: the signer, and from when it may sign. Makes the first key. */
  current(trx: Transaction, now: Instant): Promise<{ readonly signer: AuditSigner; readonly validFrom: Instant }>;
  /** The signer of now, for what else the deployment signs. Makes the first key. */
  signer(now: Instant): Promise<AuditSigner>;
  /** A new key from now on; the older ones sign no more and verify what they signed. Gives its id. */
  rotate(now: Instant, actor: AuditActor): Promise<string>;
  /** Is the private half of this key ours, and does it make this public one? */
  isOwn(key: Pick<SealKey, 'keyId' | 'spki'>, sealed: Buffer): Promise<boolean>;
}

export const identityOf = (keyId: string): string => `audit-key/${keyId}`;

export function createSealKeys(database: Database, secrets: DeploymentSecrets): SealKeys {
  let opened: AuditSigner | undefined;

  async function open(keyId: string, sealed: Buffer): Promise<AuditSigner> {
    const privateKey = await secrets.open(identityOf(keyId), sealed);
    try {
      return openAuditSigner(privateKey);
    } finally {
      privateKey.fill(0);
    }
  }

  async function create(trx: Transaction, validFrom: Instant, actor: AuditActor): Promise<AuditSigner> {
    const { signer, privateKey } = generateAuditSigner();
    const sealed = await secrets.seal(identityOf(signer.keyId), privateKey);
    privateKey.fill(0);
    await insertKey(trx, signer, sealed, validFrom);
    await trx.raw(`select set_config('app.tenant', ?, true)`, [DEPLOYMENT]);
    await appendAuditLine(trx, {
      ...{ tenantId: DEPLOYMENT, at: validFrom, actor, right: null, act: 'audit-key.create', target: signer.keyId },
      ...{ from: null, requestId: null },
    });
    return signer;
  }

  async function current(trx: Transaction, now: Instant) {
    const newest = await loadNewestKey(trx);
    if (newest === undefined) return { signer: await create(trx, now, 'system'), validFrom: now };
    if (opened?.keyId !== newest.keyId) opened = await open(newest.keyId, newest.privateKey);
    return { signer: opened, validFrom: newest.validFrom };
  }

  return {
    current,

    signer: (now) =>
      database.knex.transaction(async (trx) => {
        if ((await loadNewestKey(trx)) === undefined) await lockSeals(trx);
        return (await current(trx, now)).signer;
      }),

    rotate: (now, actor) =>
      database.knex.transaction(async (trx) => {
        const lastSealedAt = await lockSeals(trx);
        const newest = await loadNewestKey(trx);
        const validFrom = Math.max(now, lastSealedAt ?? 0, newest === undefined ? 0 : newest.validFrom + 1);
        return (await create(trx, validFrom, actor)).keyId;
      }),

    async isOwn({ keyId, spki }, sealed) {
      const signer = await open(keyId, sealed).catch((error: unknown) => {
        if (error instanceof KeysUnavailable) throw error; // says nothing of the key
        return undefined;
      });
      return signer?.keyId === keyId && Buffer.from(spki).equals(signer.publicKey);
    },
  };
}
