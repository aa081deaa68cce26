import { ALGORITHM_ENDS_SHAPE, decodeAlgorithmEnd } from '../config/seal-timestamps.ts';
import type { AlgorithmEnds } from '../core/audit/timestamp-facts.ts';
import { toHex } from '../core/bytes.ts';
import { DecodeError } from '../core/der/decode-error.ts';
import { GIVEN_TIMESTAMPS, type GivenTimestamps } from '../core/evidence/timestamps-document.ts';
import { nodeCrypto } from '../platform/crypto.ts';
import { StartRefused } from '../platform/start-refused.ts';
import { decodeTrustAnchors } from '../platform/trust-anchors.ts';
import { type Command, JSON_OPTION, onlyOne, readArguments, WrongUsage } from './arguments.ts';
import type { PackageVerdict } from './evidence/package-verdict.ts';
import { decodeDocument } from './evidence/read-package.ts';
import { verdictLines } from './evidence/verdict-lines.ts';
import { verifyPackage } from './evidence/verify-package.ts';
import { LONGEST_PACKAGE, readGivenFile } from './given-file.ts';
import { LONGEST_TRUST, readTrust } from './trust.ts';

/** 2 is wrong usage. */
const EXIT_CODES: Readonly<Record<PackageVerdict['result'], number>> = {
  same: 0,
  altered: 1,
  differs: 1,
  'origin-not-proven': 3,
  'timestamp-lapsed': 4,
};

const PIN = /^[0-9a-fA-F]{64}$/;

export const EVIDENCE_COMMANDS: Readonly<Record<string, Command>> = {
  'evidence verify': async (args, terminal) => {
    const several = { type: 'string', multiple: true } as const;
    const timestamps = { timestamps: { type: 'string' }, 'algorithm-ends': { type: 'string' } } as const;
    const options = { ...JSON_OPTION, ...timestamps, anchor: several, trust: several } as const;
    const { values, positionals } = readArguments(args, { options, allowPositionals: true });
    const octets = await readGivenFile(onlyOne(positionals, 'package'), LONGEST_PACKAGE);
    const anchors = (await Promise.all((values.anchor ?? []).map(readAnchors))).flat();
    const trust = await readTrust(values.trust ?? []);
    const given = values.timestamps === undefined ? undefined : await readTimestamps(values.timestamps);
    const ends = readAlgorithmEnds(values['algorithm-ends']);
    const verdict = await verifyPackage(octets, { anchors, ...trust, given, ends, now: terminal.clock.now() });
    if (values.json) terminal.out(JSON.stringify(verdict));
    else for (const line of verdictLines(verdict)) terminal.out(line);
    return EXIT_CODES[verdict.result];
  },
};

/** A pin as it is, or those of the certificates in a file. */
async function readAnchors(given: string): Promise<readonly string[]> {
  if (PIN.test(given)) return [given.toLowerCase()];
  try {
    const certificates = decodeTrustAnchors(await readGivenFile(given, LONGEST_TRUST));
    if (certificates.length > 0) return certificates.map(({ der }) => toHex(nodeCrypto.digest('SHA-256', der)));
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
  }
  throw new StartRefused([`${given} is neither a SHA-256 nor a file with a certificate.`]);
}

async function readTimestamps(path: string): Promise<GivenTimestamps> {
  const given = decodeDocument<GivenTimestamps>(await readGivenFile(path, LONGEST_TRUST), GIVEN_TIMESTAMPS);
  if (given?.version === 1) return given;
  throw new StartRefused([`${path} is no file of audit timestamps prove.`]);
}

function readAlgorithmEnds(list = ''): AlgorithmEnds {
  const items = list.split(',').map((item) => item.trim());
  const ends = items.filter((item) => item !== '').map((item) => decodeAlgorithmEnd(item));
  if (ends.includes(undefined)) throw new WrongUsage(`--algorithm-ends must be a list of ${ALGORITHM_ENDS_SHAPE}.`);
  return new Map(ends.filter((end) => end !== undefined));
}
