import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import { hashAuditLine } from '../core/audit/audit-line.ts';
import type { Fault } from '../core/audit/fault.ts';
import type { AuditSeal } from '../core/audit/seal.ts';
import { describeSeal } from '../core/audit/seal-text.ts';
import { encodeBase64 } from '../core/base64.ts';
import { toHex } from '../core/bytes.ts';
import { formatInstant } from '../core/rfc3339.ts';
import { createAuditReader } from '../features/audit/reader.ts';
import { describeKey } from '../features/audit/seals.ts';
import { createSealKeys, type LineProof } from '../features/audit/service.ts';
import { type TrailSummary, verifyTrail } from '../features/audit/verify-trail.ts';
import { decodeSealLine, encodeSealLine } from '../gateway/seal-keeper/seal-lines.ts';
import { auditCrypto } from '../platform/audit-crypto.ts';
import { createDatabase } from '../platform/database/create-database.ts';
import type { Database } from '../platform/database/database.ts';
import { MIGRATIONS } from '../platform/database/migrations-directory.ts';
import { describeSchemaLag } from '../platform/database/start-conditions.ts';
import { StartRefused } from '../platform/start-refused.ts';
import { createVault } from '../platform/vault/create-vault.ts';
import { openDatabaseUrls, operator, readConfig, withStops } from './administration.ts';
import { type Command, JSON_OPTION, onlyOne, readArguments, WrongUsage } from './arguments.ts';
import { faultSentence } from './fault-sentences.ts';
import type { Terminal } from './terminal.ts';

const MOST_TOLD = 1_000;
/** A whole trail is long. */
const STATEMENT_TIMEOUT_MS = 600_000;

export const AUDIT_COMMANDS: Readonly<Record<string, Command>> = {
  'audit verify': async (args, terminal) => {
    const options = { ...JSON_OPTION, against: { type: 'string' }, 'without-vault': { type: 'boolean' } } as const;
    const { values } = readArguments(args, { options });
    return withTrail(terminal, async (database) => {
      const told: Fault[] = [];
      const tell = (fault: Fault) => {
        if (told.length === MOST_TOLD) return;
        told.push(fault);
        if (!values.json) terminal.out(faultSentence(fault));
      };
      const summary = await verifyTrail({
        database,
        isOwnKey: values['without-vault'] ? undefined : await openKeys(terminal, database),
        held: values.against === undefined ? undefined : readSeals(values.against, terminal),
        report: tell,
      });
      const { last, ...counts } = summary;
      const seal = last && describeSeal(last);
      if (values.json) terminal.out(JSON.stringify({ sound: summary.faults === 0, ...counts, last: seal, told }));
      else for (const line of summaryLines(summary)) terminal.out(line);
      return summary.faults === 0 ? 0 : 1;
    });
  },

  'audit proof': async (args, terminal) => {
    const { positionals } = readArguments(args, { allowPositionals: true, options: JSON_OPTION });
    const id = onlyOne(positionals, 'line');
    return withTrail(terminal, async (database) => {
      const { name } = operator();
      const { proofs, waiting } = await createAuditReader(database).prove(id, `operator:${name}`, terminal.clock.now());
      const [proof] = proofs;
      if (proof === undefined) {
        const sentence = waiting.length > 0 ? 'is not sealed yet: ask again in ten seconds' : 'is not in the trail';
        throw new StartRefused([`The line ${id} ${sentence}.`]);
      }
      terminal.out(JSON.stringify(describeProof(proof), null, 2));
      return 0;
    });
  },

  'audit seals': async (args, terminal) => {
    const options = { ...JSON_OPTION, to: { type: 'string' } } as const;
    const { values, positionals } = readArguments(args, { allowPositionals: true, options });
    const { to } = values;
    if (positionals.join(' ') !== 'export' || to === undefined)
      throw new WrongUsage('Say audit seals export --to FILE.');
    return withTrail(terminal, async (database) => {
      const seals = await writeSeals(to, createAuditReader(database).seals());
      terminal.out(values.json ? JSON.stringify({ seals }) : `${seals} seals were written.`);
      return 0;
    });
  },
};

/** The trail of every tenant: for the owner of the database. */
function withTrail(terminal: Terminal, work: (database: Database) => Promise<number>): Promise<number> {
  return withStops(async (stops) => {
    const { adminUrl } = await openDatabaseUrls(readConfig(terminal), stops);
    const { log } = terminal;
    const database = createDatabase({ url: adminUrl, poolSize: 2, statementTimeoutMs: STATEMENT_TIMEOUT_MS, log });
    stops.add(() => database.close());
    const lag = await describeSchemaLag(database, MIGRATIONS);
    if (lag !== undefined) throw new StartRefused([lag]);
    if (!(await createAuditReader(database).seesAll())) {
      throw new StartRefused([
        'The audit trail is of all tenants: set DATABASE_ADMIN_URL to the owner of the database.',
      ]);
    }
    return work(database);
  });
}

async function openKeys(terminal: Terminal, database: Database) {
  const { vaultKeyFile: keyFile, keys } = readConfig(terminal);
  const vault = await createVault({ keyFile, keys, database, log: terminal.log });
  return createSealKeys(database, vault.deployment).isOwn;
}

/** Of a file of seals; a line that a crash tore is passed over, and told of. */
async function* readSeals(path: string, terminal: Terminal): AsyncGenerator<AuditSeal> {
  let unreadable = 0;
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() === '') continue;
    const seal = decodeSealLine(line);
    if (seal === undefined) unreadable += 1;
    else yield seal;
  }
  if (unreadable > 0) terminal.err(`${unreadable} lines of the file are no seals and were passed over.`);
}

async function writeSeals(path: string, seals: AsyncIterable<AuditSeal>): Promise<number> {
  const file = createWriteStream(path, { flags: 'w' });
  const done = finished(file);
  done.catch(() => undefined); // awaited below
  let count = 0;
  for await (const seal of seals) {
    if (!file.write(`${encodeSealLine(seal)}\n`)) await Promise.race([once(file, 'drain'), done]);
    count += 1;
  }
  file.end();
  await done;
  return count;
}

function summaryLines({ batches, lines, prunedLines, waitingLines, heldSeals, faults, last }: TrailSummary): string[] {
  const end = last === null ? '' : `, the last of ${formatInstant(last.sealedAt)}`;
  return [
    `${batches} seals${end}; ${lines} lines, ${prunedLines} more pruned to their hash, ${waitingLines} not sealed yet.`,
    ...(heldSeals > 0 ? [`${heldSeals} seals held outside.`] : []),
    faults === 0
      ? 'The trail is whole. 監査証跡に改ざんはありません。'
      : `The trail is broken at ${faults} ${faults === 1 ? 'place' : 'places'}${faults > MOST_TOLD ? `, of which the first ${MOST_TOLD} are told` : ''}. 監査証跡が壊れています。`,
  ];
}

/** All that it takes to verify it by RFC 9162 §2.1.3.2, and nothing of other lines. */
function describeProof({ line, position, path, seal, key }: LineProof): object {
  return {
    line: { ...line, at: formatInstant(line.at), salt: encodeBase64(line.salt) },
    leafHash: toHex(hashAuditLine(auditCrypto.sha256, line)),
    position,
    path: path.map(toHex),
    seal: describeSeal(seal),
    key: describeKey(key),
  };
}
