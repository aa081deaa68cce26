import { afterEach, describe, expect, it } from '@jest/globals';
import { JudgingThread } from '../../../src/cli/judge/judging-thread.ts';

const HOG = new URL('./threads/hog.ts', import.meta.url);
const line = (one: object) => Buffer.from(JSON.stringify(one));

let thread: JudgingThread | undefined;
afterEach(() => thread?.stop());

const judgeEach = (ones: readonly object[], limitMs = 5_000): readonly Promise<unknown>[] => {
  const judging = new JudgingThread(HOG, limitMs);
  thread = judging;
  return ones.map(async (one) => JSON.parse(await judging.judge(line(one))) as unknown);
};

const problem = (id: string, text: string) => ({ id, outcome: 'indeterminate', failedChecks: [], problem: text });

describe('JudgingThread', () => {
  it('keeps the order', async () => {
    const ones = Array.from({ length: 200 }, (_, i) => ({ id: `${i}` }));
    const order: unknown[] = [];
    await Promise.all(judgeEach(ones).map(async (verdict) => order.push(await verdict)));
    expect(order).toEqual(ones);
  });

  it.each([
    ['takes too long', 'loop', 'the case took longer than 1 s', 1_000],
    ['takes too much memory', 'hoard', 'the case took more than 512 MB', 20_000],
    ['ends its thread', 'exit', 'the case ended its thread', 5_000],
    ['throws', 'throw', 'the case ended its thread', 5_000],
  ])('tells a case that %s, and goes on with the others', async (_, does, text, limitMs) => {
    const ones = [{ id: 'a' }, { id: 'b', does }, { id: 'c' }, { id: 'd', does }, { id: 'e' }];
    expect(await Promise.all(judgeEach(ones, limitMs))).toEqual([
      { id: 'a' },
      problem('b', text),
      { id: 'c' },
      problem('d', text),
      { id: 'e' },
    ]);
  });

  it('gives every case its own time', async () => {
    const ones = Array.from({ length: 60 }, (_, i) => ({ id: `${i}` }));
    thread = new JudgingThread(HOG, 1_000);
    for (const one of ones) {
      expect(await thread.judge(line(one))).toBe(JSON.stringify(one));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });

  it('tells no id of a line that is no JSON', async () => {
    thread = new JudgingThread(HOG);
    expect(JSON.parse(await thread.judge(Buffer.from('{')))).toMatchObject({ id: null, outcome: 'indeterminate' });
  });
});
