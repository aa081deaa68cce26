import { isUtf8 } from 'node:buffer';
import { repeatsName } from '../../platform/http/json-complexity.ts';
import { UndecodableEvidence } from './case-evidence.ts';
import { TOO_MUCH_MEMORY } from './case-limits.ts';
import { judgeCmsCase } from './cms-case.ts';
import { judgeCrlCase } from './crl-case.ts';
import { judgeDecodeCase } from './decode-case.ts';
import { exceedsJsonBounds } from './json-bounds.ts';
import { hasRoomFor } from './memory-room.ts';
import { judgeOcspCase } from './ocsp-case.ts';
import { judgePathCase } from './path-case.ts';
import { judgeSignatureCase } from './signature-case.ts';
import { CaseProblem, undecodable, type Verdict } from './verdict.ts';
import { judgeVerificationCase } from './verification-case.ts';

const JUDGES: Readonly<Record<string, (value: unknown) => Verdict>> = {
  path: judgePathCase,
  ocsp: judgeOcspCase,
  crl: judgeCrlCase,
  cms: judgeCmsCase,
  signature: judgeSignatureCase,
  decode: judgeDecodeCase,
  verification: judgeVerificationCase,
};

export type CaseId = string | number | null;
const MAX_ID = 1024;
/** A longer line is held three times while it is read: as octets, as text and as the strings in it. */
const MAX_SMALL = 1024 * 1024;

/** One line in, one line out (without its end). Never throws. */
export function judgeLine(line: Uint8Array): string {
  let value: unknown;
  try {
    if (!isUtf8(line)) return problemLine(null, 'the line is not UTF-8');
    if (line.length > MAX_SMALL && !hasRoomFor(3 * line.length)) return problemLine(null, TOO_MUCH_MEMORY);
    if (exceedsJsonBounds(line)) return problemLine(null, 'the line holds too many values or nests too deep');
    value = JSON.parse(Buffer.from(line.buffer, line.byteOffset, line.length).toString());
  } catch {
    return problemLine(null, 'the line is not JSON');
  }
  const id = idOf(value);
  // Of two members of one name somebody else may have read the other one.
  if (repeatsName(line, value)) return problemLine(id, 'the line names a member twice');
  try {
    return JSON.stringify({ id, ...judgeCase(id, value) });
  } catch (error) {
    return problemLine(id, error instanceof CaseProblem ? error.message : `the judge failed: ${nameOf(error)}`);
  }
}

export function problemLine(id: CaseId, problem: string): string {
  return JSON.stringify({ id, outcome: 'indeterminate', failedChecks: [], problem: problem.slice(0, 1024) });
}

function judgeCase(id: CaseId, value: unknown): Verdict {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new CaseProblem('the line is not a JSON object');
  if (id === null) throw new CaseProblem(`"id" must be a string of at most ${MAX_ID} characters, or a number`);
  const kind = 'kind' in value ? value.kind : undefined;
  const judge = typeof kind === 'string' && Object.hasOwn(JUDGES, kind) ? JUDGES[kind] : undefined;
  if (judge === undefined) throw new CaseProblem(`"kind" must be one of ${Object.keys(JUDGES).join(', ')}`);
  try {
    return judge(value);
  } catch (error) {
    if (error instanceof UndecodableEvidence) return undecodable(error.field);
    throw error;
  }
}

export function idOf(value: unknown): CaseId {
  const id = typeof value === 'object' && value !== null && 'id' in value ? value.id : null;
  if (typeof id === 'number') return id;
  return typeof id === 'string' && id.length <= MAX_ID ? id : null;
}

/** The kind of a fault of ours; its message may hold what the case holds. */
function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown';
}
