import { writeFile } from 'node:fs/promises';
import { formatDocument } from '../../core/evidence/package-entries.ts';
import { describeChains, type GivenTimestamps } from '../../core/evidence/timestamps-document.ts';
import { createAuditReader } from '../../features/audit/reader.ts';
import { describeProof } from '../../features/evidence/describe-proofs.ts';
import { StartRefused } from '../../platform/start-refused.ts';
import { operator, readConfig } from '../administration.ts';
import { type Command, JSON_OPTION, readArguments, WrongUsage } from '../arguments.ts';
import { readPackage } from '../evidence/read-package.ts';
import { sealsOfPackage } from '../evidence/seals-of-package.ts';
import { LONGEST_PACKAGE, readGivenFile } from '../given-file.ts';
import { writeHeld } from './held-file.ts';
import { encodeTimestampLine } from './timestamp-line.ts';
import { withTrail } from './with-trail.ts';

const USAGE = 'Say audit timestamps export --to FILE, or audit timestamps prove PACKAGE --to FILE.';

const NOT_COVERED =
  'The verification is covered; of the package itself a line tells that is not timestamped yet: do it again after the next timestamp.';

/** `export`: every timestamp, to be held outside. `prove`: what renews the timestamps of an older evidence package. */
export const auditTimestamps: Command = async (args, terminal) => {
  const options = { ...JSON_OPTION, to: { type: 'string' } } as const;
  const { values, positionals } = readArguments(args, { allowPositionals: true, options });
  const [what, path, ...more] = positionals;
  const { to, json } = values;
  if (to === undefined || more.length > 0) throw new WrongUsage(USAGE);
  if (what === 'export' && path === undefined) {
    return withTrail(terminal, async (database) => {
      const timestamps = await writeHeld(to, encodeEach(createAuditReader(database).timestamps()));
      terminal.out(json ? JSON.stringify({ timestamps }) : `${timestamps} timestamps were written.`);
      return 0;
    });
  }
  if (what !== 'prove' || path === undefined) throw new WrongUsage(USAGE);
  const read = await readPackage(await readGivenFile(path, LONGEST_PACKAGE));
  if (!read.ok) throw new StartRefused([`${path} is no evidence package, or was altered.`]);
  const { batches, manifestSha256 } = sealsOfPackage(read.value);
  return withTrail(terminal, async (database) => {
    const { ends } = readConfig(terminal).sealTimestamps;
    const who = { actor: `operator:${operator().name}`, now: terminal.clock.now() } as const;
    const { chains, manifest } = await createAuditReader(database).renew({ batches, manifestSha256 }, ends, who);
    if (chains.length === 0) throw new StartRefused(['No timestamp covers the seals of this package yet.']);
    const document: GivenTimestamps = { ...describeChains(chains), manifest: manifest.map(describeProof) };
    await writeFile(to, formatDocument(document));
    const links = chains.reduce((sum, chain) => sum + chain.links.length, 0);
    const counts = { chains: chains.length, timestamps: links, manifestLines: manifest.length };
    terminal.out(json ? JSON.stringify(counts) : `${links} timestamps were written.`);
    const isCovered = manifest.some(({ seal }) => chains.some(({ batch }) => batch === seal.batch));
    if (!isCovered) terminal.err(NOT_COVERED);
    return 0;
  });
};

async function* encodeEach(timestamps: AsyncIterable<Parameters<typeof encodeTimestampLine>[0]>) {
  for await (const timestamp of timestamps) yield encodeTimestampLine(timestamp);
}
