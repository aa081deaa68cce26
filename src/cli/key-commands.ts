import { createKeyService, type KeyService, type Retirement, type RotationRow } from '../features/keys/service.ts';
import { createDatabase } from '../platform/database/create-database.ts';
import { MIGRATIONS } from '../platform/database/migrations-directory.ts';
import { describeSchemaLag } from '../platform/database/start-conditions.ts';
import { StartRefused } from '../platform/start-refused.ts';
import { createVault } from '../platform/vault/create-vault.ts';
import { HASH_PURPOSES, type HashPurpose, KEY_PURPOSES, type KeyPurpose } from '../platform/vault/vault.ts';
import { openDatabaseUrls, operator, readConfig, withStops } from './administration.ts';
import { type Command, JSON_OPTION, readArguments, WrongUsage } from './arguments.ts';
import type { Terminal } from './terminal.ts';

/** A batch of a large table takes its time. */
const STATEMENT_TIMEOUT_MS = 120_000;
const MOST_TOLD = 1_000;

const OPTIONS = { ...JSON_OPTION, tenant: { type: 'string' }, detach: { type: 'boolean' } } as const;

export const KEY_COMMANDS: Readonly<Record<string, Command>> = {
  'keys rotate': (args, terminal) => {
    const { values } = readArguments(args, { options: { ...OPTIONS, purpose: { type: 'string' } } });
    const purposes = readPurposes(values.purpose);
    return rotation(terminal, values, {
      ask: (keys) => keys.askRotate(purposes, values.tenant),
      sentence: ({ done, tenants, seals_in_seconds: seconds }) =>
        `${done} data keys of ${tenants} tenants have a new version, which seals in ${seconds} s.`,
    });
  },

  'keys rewrap': (args, terminal) => {
    const { values } = readArguments(args, { options: OPTIONS });
    return rotation(terminal, values, {
      ask: (keys) => keys.askRewrap(values.tenant),
      sentence: ({ done, tenants, key_id: keyId }) =>
        `${done} keys of ${tenants} tenants and of the deployment were wrapped anew; all that open are under ${keyId}.`,
    });
  },

  'keys reencrypt': (args, terminal) => {
    const { values } = readArguments(args, { options: OPTIONS });
    return rotation(terminal, values, {
      ask: (keys) => keys.askReencrypt(values.tenant),
      sentence: ({ done, tenants }) => `${done} fields of ${tenants} tenants were sealed anew.`,
    });
  },

  'keys rotate-hash-key': (args, terminal) => {
    const { tenant: _, ...options } = OPTIONS;
    const { values } = readArguments(args, { options: { ...options, purpose: { type: 'string' } } });
    const purpose = readHashPurpose(values.purpose);
    return rotation(terminal, values, {
      ask: (keys) => keys.askRehash(purpose),
      sentence: (row) => `A new key leads. ${row.done} hashes of ${row.tenants} tenants are under it. ${NEXT[purpose]}`,
    });
  },

  'keys retire-hash-key': (args, terminal) => {
    const options = { ...JSON_OPTION, purpose: { type: 'string' }, anyway: { type: 'boolean' } } as const;
    const { values } = readArguments(args, { options });
    const purpose = readHashPurpose(values.purpose);
    return withKeys(terminal, async (keys) => {
      const retirement = await keys.retire(purpose, values.anyway === true);
      terminal.out(values.json ? JSON.stringify(retirement) : RETIREMENTS[retirement.outcome]);
      if (retirement.outcome === 'would-be-lost' && !values.json) {
        for (const { tenant, clientId } of retirement.clients)
          terminal.err(`Not used since the rotation began: ${clientId} of ${tenant}`);
        for (const place of retirement.places) terminal.err(`Does not open, under the former key: ${place}`);
      }
      return retirement.outcome === 'retired' || retirement.outcome === 'nothing-to-retire' ? 0 : 1;
    });
  },

  'keys status': (args, terminal) => {
    const { values } = readArguments(args, { options: JSON_OPTION });
    return withKeys(terminal, async (keys) => {
      const status = await keys.status();
      for (const line of values.json ? [JSON.stringify(status)] : describeKeys(status)) terminal.out(line);
      return 0;
    });
  },

  'keys rotate-seal-key': (args, terminal) => {
    const { values } = readArguments(args, { options: JSON_OPTION });
    return withKeys(terminal, async (keys) => {
      const keyId = await keys.rotateSealKey();
      terminal.out(
        values.json ? JSON.stringify({ keyId }) : `Seals of the audit trail are signed by ${keyId} from now on.`,
      );
      return 0;
    });
  },

  'keys add': (args, terminal) => {
    const { values } = readArguments(args, { options: JSON_OPTION });
    return withKeys(terminal, async (keys) => {
      const keyId = await keys.addToFile();
      const sentence = `The key file holds ${keyId}, which wraps from now on. Copy the file to every replica and into the backup, then run keys rewrap.`;
      terminal.out(values.json ? JSON.stringify({ keyId }) : sentence);
      return 0;
    });
  },
};

function readPurposes(purpose: string | undefined): readonly KeyPurpose[] {
  const found = KEY_PURPOSES.filter((one) => purpose === undefined || one === purpose);
  if (found.length === 0) throw new WrongUsage(`--purpose is one of ${KEY_PURPOSES.join(', ')}.`);
  return found;
}

/** What becomes of the former key. */
const NEXT: Readonly<Record<HashPurpose, string>> = {
  'api-key':
    'A client’s key comes under it when it is next used: keys status tells whose was not. Then run keys retire-hash-key --purpose api-key.',
  'serial-match': 'The former one is retired by itself.',
  'serial-number-mac':
    'Answers show both meanwhile. When those who kept the former ones have exchanged them, run keys retire-hash-key --purpose serial-number-mac.',
  lookup: 'The former one is retired by itself when the last Idempotency-Key under it has expired, within a day.',
};

const RETIREMENTS: Readonly<Record<Retirement['outcome'], string>> = {
  retired: 'The former key is forgotten.',
  'nothing-to-retire': 'There is no former key.',
  busy: 'The service is too busy right now: nothing was done. Run it again.',
  'still-running': 'Hashes are being moved still: nothing was done. See keys status, or give --anyway.',
  'would-be-lost':
    'Nothing was done, because what is told below would be found no longer. To do it all the same, give --anyway.',
};

function readHashPurpose(purpose: string | undefined): HashPurpose {
  const found = HASH_PURPOSES.find((one) => one === purpose);
  if (found === undefined) throw new WrongUsage(`Give --purpose, one of ${HASH_PURPOSES.join(', ')}.`);
  return found;
}

function describeKeys({ rotations, hashKeys, unusedClients }: Awaited<ReturnType<KeyService['status']>>): string[] {
  return [
    ...rotations.map((row) => {
      const what = [row.kind, ...row.purposes, ...(row.tenant === null ? [] : [row.tenant])].join(' ');
      const lost = row.unreadable.length === 0 ? '' : `, ${row.unreadable.length} do not open`;
      const trouble = row.trouble === null ? '' : `, tried again after: ${row.trouble}`;
      return `${row.id}  ${what}: ${row.isWaiting ? 'waiting' : row.state}, ${row.tenants} tenants, ${row.done} done${lost}${trouble}`;
    }),
    ...hashKeys.map(({ purpose, version, state }) => `hash key ${purpose}/${version}: ${state}`),
    ...unusedClients.map(
      ({ tenant, clientId }) => `key of ${clientId} of ${tenant}: not used since its hash key was rotated`,
    ),
  ];
}

interface Rotation {
  ask(keys: KeyService): Promise<string>;
  sentence(row: RotationRow): string;
}

/** The wish is recorded; then this command works on it as any replica does, or tells how far those are. */
function rotation(
  terminal: Terminal,
  { json, detach }: { readonly json?: boolean; readonly detach?: boolean },
  { ask, sentence }: Rotation,
): Promise<number> {
  return withKeys(terminal, async (keys) => {
    const rotationId = await ask(keys);
    if (detach === true) {
      terminal.out(json ? JSON.stringify({ rotationId }) : `${rotationId}: the replicas do it. See keys status.`);
      return 0;
    }
    const row = await keys.follow(rotationId, ({ tenants, done }) =>
      terminal.err(`${tenants} tenants, ${done} done …`),
    );
    const { tenants, done, key_id: keyId, seals_in_seconds: sealsInSeconds } = row;
    const unreadable = row.unreadable.slice(0, MOST_TOLD);
    const state = row.isWaiting ? 'waiting' : row.state;
    terminal.out(
      json ? JSON.stringify({ rotationId, state, tenants, done, unreadable, keyId, sealsInSeconds }) : sentence(row),
    );
    for (const place of json ? [] : unreadable) terminal.err(`Does not open, left as it is: ${place}`);
    return unreadable.length === 0 ? 0 : 1;
  });
}

/** Keys are altered as the owner of the database: the application's login cannot. */
function withKeys(terminal: Terminal, command: (keys: KeyService) => Promise<number>): Promise<number> {
  return withStops(async (stops) => {
    const { log, clock } = terminal;
    const config = readConfig(terminal);
    const { adminUrl } = await openDatabaseUrls(config, stops);
    const database = createDatabase({ url: adminUrl, poolSize: 2, statementTimeoutMs: STATEMENT_TIMEOUT_MS, log });
    stops.add(() => database.close());
    const lag = await describeSchemaLag(database, MIGRATIONS);
    if (lag !== undefined) throw new StartRefused([lag]);
    const { vaultKeyFile: keyFile, keys } = config;
    const vault = await createVault({ keyFile, keys, database, log });
    const { cacheSeconds } = keys;
    const service = createKeyService({ database, vault, clock, keyFile, cacheSeconds, operator: operator() });
    return command(service);
  });
}
