import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../platform/clock.ts';
import type { Database, Transaction } from '../../platform/database/database.ts';
import { makeHashKey } from '../../platform/vault/hash-keys.ts';
import type { KeyEncryption } from '../../platform/vault/key-encryption.ts';
import { addKeyEncryptionKey } from '../../platform/vault/key-file.ts';
import type { HashPurpose, KeyPurpose, Vault } from '../../platform/vault/vault.ts';
import { type AuditActor, appendAuditLine, createSealKeys, DEPLOYMENT } from '../audit/service.ts';
import {
  type HashKeyState,
  leadWith,
  loadHashKeys,
  loadUnusedClients,
  nextHashVersion,
  retireFormer,
} from './hash-key-store.ts';
import type { KeyParts } from './parts.ts';
import {
  askRotation,
  endRotations,
  loadRotation,
  loadRotations,
  type RotationRow,
  type RotationWish,
} from './rotation-store.ts';
import { workOnRotations } from './work.ts';

export type { RotationRow } from './rotation-store.ts';

export interface KeyServiceDependencies {
  /** As the owner: the application's login can ask for nothing. */
  readonly database: Database;
  readonly vault: Vault & { readonly keyEncryption: KeyEncryption };
  readonly clock: Clock;
  readonly keyFile: string;
  readonly cacheSeconds: number;
  readonly operator: { readonly name: string; readonly right: string };
}

/** A client whose key would be refused from then on. */
export interface UnusedClient {
  readonly tenant: string;
  readonly clientId: string;
}

export type Retirement =
  | { readonly outcome: 'retired' | 'nothing-to-retire' | 'busy' | 'still-running' }
  /** Nothing was done. */
  | {
      readonly outcome: 'would-be-lost';
      readonly clients: readonly UnusedClient[];
      readonly places: readonly string[];
    };

/** Each of the asking ones gives the id of the work, which is that of the same wish where it is under way. */
export interface KeyService {
  /** A new version of the data keys, which seals once no replica can be without it. */
  askRotate(purposes: readonly KeyPurpose[], tenant: string | undefined): Promise<string>;
  /** Everything wrapped anew under the key-encryption key of now. */
  askRewrap(tenant: string | undefined): Promise<string>;
  /** Every field sealed anew under the version of now. */
  askReencrypt(tenant: string | undefined): Promise<string>;
  /** A new key of these hashes, which leads at once; what is under the one before is moved. */
  askRehash(purpose: HashPurpose): Promise<string>;
  /** Works on it, or waits for who does, until it is over or to be looked at later. */
  follow(id: string, report: (row: RotationRow) => void): Promise<RotationRow>;
  status(): Promise<{
    readonly rotations: readonly RotationRow[];
    readonly hashKeys: readonly HashKeyState[];
    readonly unusedClients: readonly UnusedClient[];
  }>;
  /** The former key of these hashes is forgotten. `anyway`: even if something is then found no longer. */
  retire(purpose: HashPurpose, anyway: boolean): Promise<Retirement>;
  /** A new key that signs seals from now on; gives its id. */
  rotateSealKey(): Promise<string>;
  /** One more key-encryption key in the key file; gives its id. */
  addToFile(): Promise<string>;
}

/** A replica has read its keys anew by then, by a clock that is not the database's. */
const MARGIN_SECONDS = 60;
const LOOK_MS = 500;
const MOST_SHOWN = 20;
const MOST_CLIENTS = 1_000;

export function createKeyService(dependencies: KeyServiceDependencies): KeyService {
  const { database, vault, clock, keyFile, cacheSeconds, operator } = dependencies;
  const { keyEncryption: keys } = vault;
  const actor: AuditActor = `operator:${operator.name}`;
  const lineOf: KeyParts['lineOf'] = (tenantId, act, target, count) => ({
    ...{ tenantId, at: clock.now(), actor, right: operator.right, act, target, count },
    ...{ from: null, requestId: null },
  });
  const parts = { database, vault, keys, clock, lineOf, isStopping: () => false };

  async function askIn(trx: Transaction, wish: RotationWish): Promise<string> {
    const { id, isNew } = await askRotation(trx, wish, operator.name, clock.now());
    if (isNew) await appendAuditLine(trx, lineOf(DEPLOYMENT, 'key-rotation.ask', id, 1));
    return id;
  }
  const ask = (wish: RotationWish) => database.inTenant(DEPLOYMENT, (trx) => askIn(trx, wish));
  const unusedClients = async () =>
    (await loadUnusedClients(database, new Date(clock.now()), MOST_CLIENTS)).map(({ tenant, client_id: clientId }) => ({
      ...{ tenant, clientId },
    }));

  return {
    askRotate: (purposes, tenant) =>
      ask({ kind: 'rotate', tenant, purposes, sealsInSeconds: cacheSeconds + MARGIN_SECONDS }),
    askRewrap: (tenant) => ask({ kind: 'rewrap', tenant }),
    askReencrypt: (tenant) => ask({ kind: 'reencrypt', tenant }),

    async askRehash(purpose) {
      const wish: RotationWish = { kind: 'rehash', purposes: [purpose] };
      const version = await nextHashVersion(database, purpose);
      if (version === undefined) return ask(wish); // it is on: go on with it
      const wrapped = await makeHashKey(keys, purpose, version);
      return database.inTenant(DEPLOYMENT, async (trx) => {
        if (await leadWith(trx, { purpose, version, wrapped })) {
          await endRotations(trx, wish); // one is under way still where the key that it moved from was retired anyway
          await appendAuditLine(trx, lineOf(DEPLOYMENT, 'hash-key.rotate', `${purpose}/${version}`, 1));
        }
        return askIn(trx, wish);
      });
    },

    async follow(id, report) {
      for (;;) {
        await workOnRotations(parts, id);
        const row = await loadRotation(database, id);
        if (row === undefined) throw new Error('a rotation vanished');
        if (row.state === 'done' || (row.isWaiting && row.trouble === null)) return row;
        report(row);
        await sleep(LOOK_MS);
      }
    },

    async status() {
      const rotations = await loadRotations(database, MOST_SHOWN);
      return { rotations, hashKeys: await loadHashKeys(database), unusedClients: await unusedClients() };
    },

    async retire(purpose, anyway) {
      const rotations = (await loadRotations(database, MOST_CLIENTS)).filter(
        ({ kind, purposes }) => kind === 'rehash' && purposes[0] === purpose,
      );
      if (!anyway && rotations.some(({ state }) => state === 'running')) return { outcome: 'still-running' };
      const clients = purpose === 'api-key' ? await unusedClients() : [];
      const places = rotations[0]?.unreadable ?? [];
      if (!anyway && clients.length + places.length > 0) return { outcome: 'would-be-lost', clients, places };
      return database.inTenant(DEPLOYMENT, async (trx) => {
        const outcome = await retireFormer(trx, purpose);
        if (outcome === 'none') return { outcome: 'nothing-to-retire' };
        if (outcome === 'retired') await appendAuditLine(trx, lineOf(DEPLOYMENT, 'hash-key.retire', purpose, 1));
        return { outcome };
      });
    },

    rotateSealKey: () => createSealKeys(database, vault.deployment).rotate(clock.now(), actor),

    async addToFile() {
      const keyId = `file/${await addKeyEncryptionKey(keyFile)}`;
      const line = lineOf(DEPLOYMENT, 'key-encryption-key.create', keyId, 1);
      await database.inTenant(DEPLOYMENT, (trx) => appendAuditLine(trx, line));
      return keyId;
    },
  };
}
