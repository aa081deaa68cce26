import type { TimestampPlan } from '../core/audit/timestamp-due.ts';
import type { AlgorithmEnds } from '../core/audit/timestamp-facts.ts';
import type { Instant } from '../core/instant.ts';
import type { SettingsReader } from '../platform/settings.ts';

/** When the seals of the audit trail are timestamped, and when a timestamp no longer counts. */
export interface SealTimestampSettings {
  readonly plan: TimestampPlan;
  /** What is known of it: no law fixes these dates, the operator follows CRYPTREC. */
  readonly ends: AlgorithmEnds;
}

export const SEAL_TIMESTAMP_SETTINGS = [
  'TSA_SEAL_INTERVAL_MINUTES',
  'TSA_RENEWAL_MARGIN_DAYS',
  'TSA_ALGORITHM_ENDS',
] as const;

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

export function parseSealTimestamps(settings: SettingsReader, isSandbox: boolean): SealTimestampSettings {
  const minutes = settings.integer('TSA_SEAL_INTERVAL_MINUTES', {
    ...{ min: 1, max: 43_200, fallback: isSandbox ? 15 : 1_440 },
  });
  const days = settings.integer('TSA_RENEWAL_MARGIN_DAYS', { min: 1, max: 365, fallback: 30 });
  const ends = settings.list('TSA_ALGORITHM_ENDS', ALGORITHM_ENDS_SHAPE, decodeAlgorithmEnd);
  return { plan: { intervalMs: minutes * MINUTE_MS, marginMs: days * DAY_MS }, ends: new Map(ends) };
}

export const ALGORITHM_ENDS_SHAPE =
  'ALGORITHM=YYYY-MM-DD, for example RSA-2048=2031-01-01 (algorithms: SHA-256, SHA-384, SHA-512, RSA-bits, ECDSA-P-256, ECDSA-P-384)';

const ALGORITHM_END = /^(SHA-(?:256|384|512)|RSA-[1-9]\d{3,4}|ECDSA-P-(?:256|384))=(\d{4}-\d{2}-\d{2})$/;

/** From the beginning of that day in UTC on, nothing is believed that rests on the algorithm. */
export function decodeAlgorithmEnd(item: string): readonly [string, Instant] | undefined {
  const [, algorithm, day] = ALGORITHM_END.exec(item) ?? [];
  const at = Date.parse(`${day}T00:00:00Z`);
  if (algorithm === undefined || Number.isNaN(at) || !new Date(at).toISOString().startsWith(`${day}`)) return undefined;
  return [algorithm, at];
}
