import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { usesUpChallenge } from '../../src/core/verification/reconclusion.ts';
import { runVector } from './run-vector.ts';
import type { Vector } from './vector.ts';

const files = readdirSync(new URL('.', import.meta.url)).filter((name) => name.endsWith('.json'));
const read = (file: string): Vector[] => JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8'));

it('every vector has an id of its own', () => {
  const ids = files.flatMap(read).map(({ id }) => id);
  expect(ids.length).toBeGreaterThan(100);
  expect(new Set(ids).size).toBe(ids.length);
});

describe.each(files)('%s', (file) => {
  it.each(read(file).map((vector) => [vector.id, vector] as const))('%s', (_, vector) => {
    const { report } = runVector(vector);
    const { expected } = vector;
    const named = (outcome: string) => report.checks.filter((one) => one.outcome === outcome).map(({ check }) => check);
    expect({
      indication: report.indication,
      subIndication: report.subIndication,
      failed: named('failed').sort(),
      asked: report.revocation !== null,
    }).toEqual({
      indication: expected.indication,
      subIndication: expected.subIndication,
      failed: [...expected.failed].sort(),
      asked: expected.asked,
    });
    expect(report.retryable).toBe(expected.subIndication === 'TRY_LATER');
    if (expected.reported !== undefined) expect(named('reported').sort()).toEqual([...expected.reported].sort());
    if (expected.usesUpChallenge !== undefined) expect(usesUpChallenge(report)).toBe(expected.usesUpChallenge);
    if (expected.etsiSubIndication !== undefined) {
      const details = report.checks.map(({ detail }) => detail.etsiSubIndication).filter((one) => one !== undefined);
      expect(details).toEqual(expected.etsiSubIndication === null ? [] : [expected.etsiSubIndication]);
    }
    if (expected.report !== undefined) expect(report).toMatchObject(expected.report);
    if (report.indication !== 'TOTAL-PASSED') expect(report).toMatchObject({ attributes: null, legalMethod: null });
  });
});
