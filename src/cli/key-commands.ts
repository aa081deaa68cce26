import { createKeyService, type KeyProgress, type KeyService } from '../features/keys/service.ts';
import { createDatabase } from '../platform/database/create-database.ts';
import { MIGRATIONS } from '../platform/database/migrations-directory.ts';
import { describeSchemaLag } from '../platform/database/start-conditions.ts';
import { StartRefused } from '../platform/start-refused.ts';
import { createVault } from '../platform/vault/create-vault.ts';
import { KEY_PURPOSES, type KeyPurpose } from '../platform/vault/vault.ts';
import { openDatabaseUrls, operator, readConfig, withStops } from './administration.ts';
import { type Command, JSON_OPTION, readArguments, WrongUsage } from './arguments.ts';
import type { Terminal } from './terminal.ts';

/** A batch of a large table takes its time. */
const STATEMENT_TIMEOUT_MS = 120_000;
/** Progress is told after so many tenants. */
const TENANTS_PER_LINE = 100;
const MOST_TOLD = 1_000;

const OPTIONS = { ...JSON_OPTION, tenant: { type: 'string' } } as const;

export const KEY_COMMANDS: Readonly<Record<string, Command>> = {
  'keys rotate': (args, terminal) => {
    const { values } = readArguments(args, { options: { ...OPTIONS, purpose: { type: 'string' } } });
    const purposes = readPurposes(values.purpose);
    return withKeys(terminal, values.tenant, async (keys, work) => {
      const outcome = await keys.rotate({ ...work, purposes });
      const sentence = `${outcome.done} data keys of ${outcome.tenants} tenants have a new version, which seals in ${outcome.sealsInSeconds} s.`;
      return tell(terminal, values.json, outcome, sentence);
    });
  },

  'keys rewrap': (args, terminal) => {
    const { values } = readArguments(args, { options: OPTIONS });
    return withKeys(terminal, values.tenant, async (keys, work) => {
      const outcome = await keys.rewrap(work);
      const sentence = `${outcome.done} keys of ${outcome.tenants} tenants and of the deployment were wrapped anew; all that open are under ${outcome.keyId}.`;
      return tell(terminal, values.json, outcome, sentence);
    });
  },

  'keys reencrypt': (args, terminal) => {
    const { values } = readArguments(args, { options: OPTIONS });
    return withKeys(terminal, values.tenant, async (keys, work) => {
      const outcome = await keys.reencrypt(work);
      const sentence = `${outcome.done} fields of ${outcome.tenants} tenants were sealed anew.`;
      return tell(terminal, values.json, outcome, sentence);
    });
  },

  'keys rotate-seal-key': (args, terminal) => {
    const { values } = readArguments(args, { options: JSON_OPTION });
    return withKeys(terminal, undefined, async (keys) => {
      const keyId = await keys.rotateSealKey();
      terminal.out(
        values.json ? JSON.stringify({ keyId }) : `Seals of the audit trail are signed by ${keyId} from now on.`,
      );
      return 0;
    });
  },

  'keys add': (args, terminal) => {
    const { values } = readArguments(args, { options: JSON_OPTION });
    return withKeys(terminal, undefined, async (keys) => {
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

interface Work {
  readonly tenant: string | undefined;
  readonly report: (progress: KeyProgress) => void;
}

/** Keys are altered as the owner of the database: the application's login cannot. */
function withKeys(
  terminal: Terminal,
  tenant: string | undefined,
  command: (keys: KeyService, work: Work) => Promise<number>,
): Promise<number> {
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
    const report = ({ tenants, done }: KeyProgress) => {
      if (tenants % TENANTS_PER_LINE === 0) terminal.err(`${tenants} tenants, ${done} done …`);
    };
    return command(service, { tenant, report: tenant === undefined ? report : () => undefined });
  });
}

function tell(terminal: Terminal, json: boolean | undefined, outcome: KeyProgress, sentence: string): number {
  const { unreadable } = outcome;
  terminal.out(json ? JSON.stringify({ ...outcome, unreadable: unreadable.slice(0, MOST_TOLD) }) : sentence);
  for (const place of json ? [] : unreadable.slice(0, MOST_TOLD))
    terminal.err(`Does not open, left as it is: ${place}`);
  return unreadable.length === 0 ? 0 : 1;
}
