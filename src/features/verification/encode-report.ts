import type { CheckResult } from '../../core/verdict/check.ts';

const MEMBER = '"checks":';
const PLACE = `${MEMBER}[]`;

const written = new WeakMap<readonly CheckResult[], Buffer>();

/**
 * A report or an answer as JSON in UTF-8. Most of either are the checks, the same ones: they are written once. No member
 * before `checks` may be an object: only so is the first place of its name the right one (a string's quotes are escaped).
 */
export function encodeReport(report: { readonly checks: readonly CheckResult[] }): Buffer {
  const around = JSON.stringify({ ...report, checks: [] });
  const at = around.indexOf(PLACE);
  return Buffer.concat([
    Buffer.from(around.slice(0, at + MEMBER.length)),
    encodeChecks(report.checks),
    Buffer.from(around.slice(at + PLACE.length)),
  ]);
}

function encodeChecks(checks: readonly CheckResult[]): Buffer {
  const known = written.get(checks);
  if (known !== undefined) return known;
  const octets = Buffer.from(JSON.stringify(checks));
  written.set(checks, octets);
  return octets;
}
