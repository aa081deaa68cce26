import { DatabaseUnavailable, type Transaction } from '../../platform/database/database.ts';
import { HASH_PURPOSES, type HashPurpose, type KeyPurpose, KeysUnavailable } from '../../platform/vault/vault.ts';
import { appendAuditLine, DEPLOYMENT } from '../audit/service.ts';
import { hasFormerAnswers, retireFormer } from './hash-key-store.ts';
import { fetchTenants } from './key-store.ts';
import { type KeyParts, Stopped } from './parts.ts';
import { reencryptTenant } from './reencrypt.ts';
import { rehashTenant } from './rehash.ts';
import { rewrapDeployment, rewrapTenant } from './rewrap.ts';
import { rotateTenant } from './rotate.ts';
import { type ClaimedRotation, claimRotation, LeaseLost } from './rotation-store.ts';

export type WorkParts = Omit<KeyParts, 'advance'>;

/** Answers under an Idempotency-Key are kept for a day. */
const LOOK_AGAIN_SECONDS = 600;
const BUSY_SECONDS = 5;
/** Others are gone on with meanwhile. */
const TROUBLE_SECONDS = 30;

/** Hash keys that are retired by themselves when nothing is under them any more; of the others people must know first. */
const RETIRED_BY_THEMSELVES: ReadonlySet<HashPurpose> = new Set(['serial-match', 'lookup']);

/**
 * Goes on with what is asked for, one rotation after the other, until nothing is left or it is to stop: nothing is lost with
 * a worker that dies, and what it had in hand is claimed by another when its lease is over. Gives how many were gone on with.
 * Rejects with what kept it from going on, which is tried again. `only`: that one, once, whenever it is due.
 */
export async function workOnRotations(parts: WorkParts, only?: string): Promise<number> {
  for (let count = 0; ; count++) {
    const rotation =
      parts.isStopping() || (count > 0 && only !== undefined) ? undefined : await claimRotation(parts.database, only);
    if (rotation === undefined) return count;
    try {
      const inSeconds = await goOn({ ...parts, advance: rotation.advance }, rotation);
      if (inSeconds !== 0) await rotation.release({ inSeconds });
    } catch (error) {
      if (error instanceof LeaseLost) continue;
      if (!(error instanceof Stopped)) {
        await rotation.release({ trouble: troubleOf(error), inSeconds: TROUBLE_SECONDS }).catch(() => undefined);
        throw error;
      }
      await rotation.release({});
    }
  }
}

const troubleOf = (error: unknown): string => {
  if (error instanceof KeysUnavailable) return 'keys-unavailable';
  return error instanceof DatabaseUnavailable ? 'database-unavailable' : 'failed';
};

/** Gives after how many seconds it is to be looked at again; 0 when it is over. */
async function goOn(parts: KeyParts, rotation: ClaimedRotation): Promise<number> {
  const each = await workOf(parts, rotation);
  let lost = rotation.unreadable.length;
  for await (const { id, name } of fetchTenants(parts.database, rotation.after, rotation.tenant ?? undefined)) {
    const unreadable = await each.tenant(id);
    lost += unreadable.length;
    await rotation.pass(name, unreadable);
    if (parts.isStopping()) throw new Stopped();
  }
  return each.end(lost);
}

interface Work {
  /** Gives the places that do not open. */
  tenant(tenantId: string): Promise<readonly string[]>;
  end(lost: number): Promise<number>;
}

async function workOf(parts: KeyParts, rotation: ClaimedRotation): Promise<Work> {
  const { kind, purposes } = rotation;
  const end = () => conclude(parts, rotation);
  switch (kind) {
    case 'rotate': {
      const seconds = rotation.seals_in_seconds ?? 0;
      return { tenant: (id) => rotateTenant(parts, id, purposes as readonly KeyPurpose[], seconds), end };
    }
    case 'rewrap': {
      const keyId = await parts.keys.currentKeyId();
      await rotation.nameKey(keyId);
      return {
        tenant: (id) => rewrapTenant(parts, id, keyId),
        async end() {
          if (rotation.tenant === null) {
            const unreadable = await rewrapDeployment(parts, keyId);
            if (unreadable.length > 0) await rotation.lose(unreadable);
          }
          return end();
        },
      };
    }
    case 'reencrypt':
      return { tenant: (id) => reencryptTenant(parts, id), end };
    case 'rehash': {
      const purpose = HASH_PURPOSES.find((one) => one === purposes[0]);
      if (purpose === undefined) throw new Error('a rotation names no hash key');
      return {
        tenant: async (id) => (purpose === 'api-key' ? [] : rehashTenant(parts, id, purpose)),
        end: (lost) => endRehash(parts, rotation, purpose, lost),
      };
    }
  }
}

/** What could not be moved would be found no longer: then the former key stays, and people decide. */
async function endRehash(parts: KeyParts, rotation: ClaimedRotation, purpose: HashPurpose, lost: number) {
  if (!RETIRED_BY_THEMSELVES.has(purpose) || lost > 0) return conclude(parts, rotation);
  const { database, clock } = parts;
  if (purpose === 'lookup' && (await hasFormerAnswers(database, new Date(clock.now())))) return LOOK_AGAIN_SECONDS;
  return conclude(parts, rotation, purpose);
}

async function conclude(parts: KeyParts, rotation: ClaimedRotation, retired?: HashPurpose): Promise<number> {
  return parts.database.inTenant(DEPLOYMENT, async (trx: Transaction) => {
    if (retired !== undefined) {
      const outcome = await retireFormer(trx, retired);
      if (outcome === 'busy') return BUSY_SECONDS;
      if (outcome === 'retired') await appendAuditLine(trx, parts.lineOf(DEPLOYMENT, 'hash-key.retire', retired, 1));
    }
    await appendAuditLine(trx, parts.lineOf(DEPLOYMENT, 'key-rotation.end', rotation.id, 1));
    await rotation.end(trx);
    return 0;
  });
}
