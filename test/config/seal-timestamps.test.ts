import { describe, expect, it } from '@jest/globals';
import { decodeAlgorithmEnd, parseSealTimestamps } from '../../src/config/seal-timestamps.ts';
import { createSettingsReader } from '../../src/platform/settings.ts';

const HOUR = 3_600_000;

function parse(env: Record<string, string>, isSandbox = false) {
  const settings = createSettingsReader(env, () => '');
  return { ...parseSealTimestamps(settings, isSandbox), problems: settings.problems };
}

describe('when seals are timestamped', () => {
  it('is once a day, and thirty days before an end, unless it is said otherwise', () => {
    expect(parse({})).toEqual({
      plan: { intervalMs: 24 * HOUR, marginMs: 30 * 24 * HOUR },
      ends: new Map(),
      problems: [],
    });
    expect(parse({}, true).plan.intervalMs).toBe(HOUR / 4);
    const said = { TSA_SEAL_INTERVAL_MINUTES: '60', TSA_RENEWAL_MARGIN_DAYS: '365' };
    expect(parse(said).plan).toEqual({ intervalMs: HOUR, marginMs: 365 * 24 * HOUR });
  });

  it('knows when algorithms end, from the beginning of the day', () => {
    const { ends } = parse({ TSA_ALGORITHM_ENDS: 'RSA-2048=2031-01-01, SHA-256=2040-12-31,ECDSA-P-256=2035-02-28' });
    expect([...ends]).toEqual([
      ['RSA-2048', Date.UTC(2031, 0, 1)],
      ['SHA-256', Date.UTC(2040, 11, 31)],
      ['ECDSA-P-256', Date.UTC(2035, 1, 28)],
    ]);
  });

  it.each(['RSA-2048', 'RSA-2048=2031-02-30', 'RSA-2048=2031-1-1', 'MD5=2020-01-01', 'RSA-=2031-01-01', '=2031-01-01'])(
    'refuses %s',
    (item) => {
      expect(decodeAlgorithmEnd(item)).toBeUndefined();
      expect(parse({ TSA_ALGORITHM_ENDS: item }).problems).toEqual([
        expect.stringMatching(/^TSA_ALGORITHM_ENDS must be a comma-separated list of ALGORITHM=YYYY-MM-DD/),
      ]);
    },
  );

  it.each([
    ['TSA_SEAL_INTERVAL_MINUTES', '0'],
    ['TSA_SEAL_INTERVAL_MINUTES', '43201'],
    ['TSA_RENEWAL_MARGIN_DAYS', '0'],
    ['TSA_RENEWAL_MARGIN_DAYS', '366'],
  ])('refuses %s=%s', (name, value) => {
    expect(parse({ [name]: value }).problems).toHaveLength(1);
  });
});
