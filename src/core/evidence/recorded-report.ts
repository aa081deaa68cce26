import type { Instant } from '../instant.ts';
import type { CrlReason } from '../revocation/status.ts';
import { withCertificateConflict, withChallengeLost, withRevokedOnFile } from '../verification/reconclusion.ts';
import type { Report } from '../verification/report.ts';
import { hasShape, type Shape } from './json-shape.ts';

/** The answer of that day, as far as a new judgement is held against it. */
export type RecordedReport = Pick<Report, 'verifiedAt' | 'indication' | 'subIndication' | 'retryable' | 'checks'> & {
  readonly verificationId: string;
  readonly purpose: string;
  readonly certificate: Readonly<Record<string, unknown>> | null;
  readonly revocation: Readonly<Record<string, unknown>> | null;
  readonly attributes: Readonly<Record<string, unknown>> | null;
  readonly legalMethod: { readonly code?: unknown } | null;
  readonly policyVersion?: number | null;
  readonly rulesVersion?: number | null;
};

const VERSION: Shape = { optional: { nullable: 'number' } };
const OBJECT: Shape = { nullable: { object: {} } };
const CHECK: Shape = {
  object: { check: 'string', outcome: 'string', subIndication: { nullable: 'string' }, detail: { object: {} } },
};

export const RECORDED_REPORT: Shape = {
  object: {
    ...{ verificationId: 'string', purpose: 'string', verifiedAt: 'instant', indication: 'string' },
    ...{ subIndication: { nullable: 'string' }, retryable: 'boolean', checks: { list: CHECK } },
    ...{ certificate: OBJECT, revocation: OBJECT, attributes: OBJECT, legalMethod: OBJECT },
    ...{ policyVersion: VERSION, rulesVersion: VERSION },
  },
};

/** What no package can show: that a challenge was used up meanwhile, or what was on file about the certificate. */
export function adoptFromFile(
  judged: Report,
  { checks }: RecordedReport,
  signedAfter: Instant | null,
): { readonly report: Report; readonly takenFromRecord: readonly string[] } {
  const takenFromRecord: string[] = [];
  let report = judged;
  const take = (check: string, holds: (detail: Readonly<Record<string, unknown>>) => boolean) => {
    const found = checks.find((one) => one.check === check && one.outcome === 'failed');
    if (found === undefined || !holds(found.detail)) return undefined;
    takenFromRecord.push(check);
    return found.detail;
  };
  if (take('challenge.unused', ({ reason }) => reason === 'used-meanwhile')) report = withChallengeLost(report);
  if (take('certificate.identity', () => true)) report = withCertificateConflict(report);
  const revoked = take('revocation.on-file', ({ revokedAt }) => hasShape(revokedAt, 'instant'));
  if (revoked !== undefined) {
    const onFile = { revokedAt: Date.parse(revoked.revokedAt as string), reason: revoked.reason as CrlReason | null };
    report = withRevokedOnFile(report, onFile, signedAfter);
  }
  return { report, takenFromRecord };
}

/** Where a new judgement says something else. */
export interface Difference {
  readonly at: string;
  readonly recorded: unknown;
  readonly found: unknown;
}

const CERTIFICATE = ['kind', 'medium', 'generation', 'policy', 'notBefore', 'notAfter'];
const REVOCATION = ['status', 'method', 'thisUpdate', 'nextUpdate', 'producedAt', 'revokedAt', 'reason'];

/** A check that only one of both knows counts where it failed: newer code may know more. Names alone of what is personal. */
export function compareReports(recorded: RecordedReport, found: Report): Difference[] {
  const differences: Difference[] = [];
  const compare = (at: string, one: unknown, other: unknown) => {
    if (JSON.stringify(one) !== JSON.stringify(other)) differences.push({ at, recorded: one, found: other });
  };
  for (const name of ['indication', 'subIndication', 'retryable', 'verifiedAt'] as const) {
    compare(name, recorded[name], found[name]);
  }
  const outcomes = new Map(found.checks.map(({ check, outcome }) => [check, outcome]));
  const names = new Set([...recorded.checks, ...found.checks].map(({ check }) => check));
  for (const name of names) {
    const before = recorded.checks.find(({ check }) => check === name)?.outcome ?? null;
    const now = outcomes.get(name) ?? null;
    const isNews = before === null || now === null;
    if (!isNews || before === 'failed' || now === 'failed') compare(`checks.${name}`, before, now);
  }
  compareMembers(compare, 'certificate', recorded.certificate, found.certificate, CERTIFICATE);
  compareMembers(compare, 'revocation', recorded.revocation, found.revocation, REVOCATION);
  compareAttributes(differences, recorded.attributes, found.attributes);
  compare('legalMethod', recorded.legalMethod?.code ?? null, found.legalMethod?.code ?? null);
  return differences;
}

function compareMembers(
  compare: (at: string, recorded: unknown, found: unknown) => void,
  name: string,
  recorded: Readonly<Record<string, unknown>> | null,
  found: object | null,
  members: readonly string[],
): void {
  if (recorded === null || found === null) {
    compare(name, recorded !== null, found !== null);
    return;
  }
  for (const member of members) {
    compare(`${name}.${member}`, recorded[member], (found as Record<string, unknown>)[member]);
  }
}

/** Members that a policy withholds are null, or an empty list. */
function compareAttributes(
  differences: Difference[],
  recorded: RecordedReport['attributes'],
  found: Report['attributes'],
): void {
  for (const [name, value] of Object.entries(recorded ?? {})) {
    if (value === null || (Array.isArray(value) && value.length === 0)) continue;
    const other = (found as Readonly<Record<string, unknown>> | null)?.[name] ?? null;
    if (JSON.stringify(value) === JSON.stringify(other)) continue;
    differences.push({ at: `attributes.${name}`, recorded: 'personal', found: 'other' });
  }
}
