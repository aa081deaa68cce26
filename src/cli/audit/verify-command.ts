import type { Fault } from '../../core/audit/fault.ts';
import { createReadTimestamp } from '../../core/audit/read-timestamp.ts';
import { describeSeal } from '../../core/audit/seal-text.ts';
import type { LinkVerdict } from '../../core/audit/timestamp-chain.ts';
import { formatInstant } from '../../core/rfc3339.ts';
import { createSealKeys } from '../../features/audit/service.ts';
import { type TrailSummary, verifyTrail } from '../../features/audit/verify-trail.ts';
import { decodeSealLine } from '../../gateway/seal-keeper/seal-lines.ts';
import { nodeCrypto } from '../../platform/crypto.ts';
import type { Database } from '../../platform/database/database.ts';
import { createVault } from '../../platform/vault/create-vault.ts';
import { readConfig } from '../administration.ts';
import { type Command, JSON_OPTION, readArguments } from '../arguments.ts';
import { faultSentence } from '../fault-sentences.ts';
import type { Terminal } from '../terminal.ts';
import { type GivenTrust, readTrust } from '../trust.ts';
import { readHeld } from './held-file.ts';
import { decodeTimestampLine } from './timestamp-line.ts';
import { withTrail } from './with-trail.ts';

const MOST_TOLD = 1_000;

const OPTIONS = {
  ...JSON_OPTION,
  against: { type: 'string' },
  timestamps: { type: 'string' },
  trust: { type: 'string', multiple: true },
  'without-vault': { type: 'boolean' },
} as const;

export const verifyAudit: Command = async (args, terminal) => {
  const { values } = readArguments(args, { options: OPTIONS });
  const trust = await readTrust(values.trust ?? []);
  return withTrail(terminal, async (database) => {
    const told: Fault[] = [];
    const tell = (fault: Fault) => {
      if (told.length === MOST_TOLD) return;
      told.push(fault);
      if (!values.json) terminal.out(faultSentence(fault));
    };
    const { against, timestamps } = values;
    const summary = await verifyTrail({
      database,
      isOwnKey: values['without-vault'] ? undefined : await openKeys(terminal, database),
      held: against === undefined ? undefined : readHeld(against, { what: 'seals', decode: decodeSealLine }, terminal),
      trustedKeys: trust.keys.length > 0 ? trust.keys : undefined,
      timestamps: {
        read: createReadTimestamp(trust.timestampAnchors, nodeCrypto),
        ends: readConfig(terminal).sealTimestamps.ends,
        now: terminal.clock.now(),
        mustBeTrusted: trust.timestampAnchors.length > 0,
        held: timestamps === undefined ? undefined : readHeld(timestamps, TIMESTAMPS, terminal),
      },
      report: tell,
    });
    if (values.json) terminal.out(JSON.stringify(describeSummary(summary, trust, told)));
    else for (const line of summaryLines(summary, trust)) terminal.out(line);
    return summary.faults === 0 ? 0 : 1;
  });
};

const TIMESTAMPS = { what: 'timestamps', decode: decodeTimestampLine, mayBeEmpty: true };

async function openKeys(terminal: Terminal, database: Database) {
  const { vaultKeyFile: keyFile, keys } = readConfig(terminal);
  const vault = await createVault({ keyFile, keys, database, log: terminal.log });
  return createSealKeys(database, vault.deployment).isOwn;
}

/** `keysFrom`: whoever replaces seals in a database replaces the keys in it too. */
function describeSummary(summary: TrailSummary, trust: GivenTrust, told: readonly Fault[]): object {
  const { last, lapsed, newestTimestampAt, ...counts } = summary;
  return {
    sound: summary.faults === 0,
    ...counts,
    newestTimestampAt: newestTimestampAt === null ? null : formatInstant(newestTimestampAt),
    lapsedTimestamps: lapsed.map(({ number, genTime, end, neededUntil }) => ({
      ...{ number, at: formatInstant(genTime), endedAt: formatInstant(end.at), endOf: end.of },
      neededUntil: formatInstant(neededUntil),
    })),
    keysFrom: trust.keys.length > 0 ? 'trust' : 'database',
    authoritiesFrom: trust.timestampAnchors.length > 0 ? 'trust' : null,
    last: last && describeSeal(last),
    told,
  };
}

function summaryLines(summary: TrailSummary, trust: GivenTrust): string[] {
  const { batches, lines, prunedLines, waitingLines, heldSeals, heldTimestamps, faults, last } = summary;
  const end = last === null ? '' : `, the last of ${formatInstant(last.sealedAt)}`;
  return [
    `${batches} seals${end}; ${lines} lines, ${prunedLines} more pruned to their hash, ${waitingLines} not sealed yet.`,
    ...timestampLines(summary, trust),
    ...(heldSeals > 0 ? [`${heldSeals} seals held outside.`] : []),
    ...(heldTimestamps > 0 ? [`${heldTimestamps} timestamps held outside.`] : []),
    ...(trust.keys.length > 0
      ? []
      : [
          'The keys were taken from the database itself, which whoever replaces its seals replaces too: --trust takes them from outside. 鍵はデータベース自身のものです。',
        ]),
    faults === 0
      ? 'The trail is whole. 監査証跡に改ざんはありません。'
      : `The trail is broken at ${faults} ${faults === 1 ? 'place' : 'places'}${faults > MOST_TOLD ? `, of which the first ${MOST_TOLD} are told` : ''}. 監査証跡が壊れています。`,
  ];
}

function timestampLines({ timestamps, newestTimestampAt, lapsed }: TrailSummary, trust: GivenTrust): string[] {
  if (timestamps === 0) return ['No timestamp of the seals.'];
  const newest = newestTimestampAt === null ? '' : `, the newest of ${formatInstant(newestTimestampAt)}`;
  const whose = trust.timestampAnchors.length > 0 ? '' : '; whose they are was not judged (--trust)';
  return [`${timestamps} timestamps of the seals${newest}${whose}.`, ...lapsed.map(lapseSentence)];
}

const lapseSentence = ({ number, genTime, end, neededUntil }: LinkVerdict): string =>
  `Timestamp ${number} of ${formatInstant(genTime)} lapsed: ${end.of === 'certificate' ? 'its certificate' : end.of} ended at ${formatInstant(end.at)}, and it was needed until ${formatInstant(neededUntil)}. タイムスタンプの連鎖が途切れています。`;
