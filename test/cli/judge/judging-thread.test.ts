import { afterEach, describe, expect, it } from '@jest/globals';
import { JudgingThread, type ThreadLimits } from '../../../src/cli/judge/judging-thread.ts';

const HOG = new URL('./threads/hog.ts', import.meta.url);
const line = (one: object) => Buffer.from(JSON.stringify(one));

let thread: JudgingThread | undefined;
afterEach(() => thread?.stop());

/** The process of the tests holds more than the command's. */
const heldMemory = () => 0;

const judgeEach = (ones: readonly object[], limits: Partial<ThreadLimits> = {}): readonly Promise<unknown>[] => {
  const judging = new JudgingThread(HOG, { heldMemory, ...limits });
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
    ['takes too long', 'loop', 'the case took longer than 0.5 s', { cpuMs: 500 }],
    ['waits for ever', 'wait', 'the case took longer than 1 s', { clockMs: 1_000 }],
    ['takes too much memory', 'hoard', 'the case took more than 512 MB', { cpuMs: 60_000, clockMs: 120_000 }],
    [
      'takes too much memory outside the heap',
      'hoard-octets',
      'the case took more than 512 MB',
      { heldMemory: () => process.memoryUsage.rss(), memoryCeiling: process.memoryUsage.rss() + 400_000_000 },
    ],
    ['ends its thread', 'exit', 'the case ended its thread', {}],
    ['throws', 'throw', 'the case ended its thread', {}],
  ])('tells a case that %s, and goes on with the others', async (_, does, text, limits) => {
    const ones = [{ id: 'a' }, { id: 'b', does }, { id: 'c' }, { id: 'd', does }, { id: 'e' }];
    expect(await Promise.all(judgeEach(ones, limits))).toEqual([
      { id: 'a' },
      problem('b', text),
      { id: 'c' },
      problem('d', text),
      { id: 'e' },
    ]);
  });

  it('does not blame a case for what those before it have left', async () => {
    let held = 600_000_000;
    // The first look, at a thread that has begun its second case, and no other.
    const heldMemory = () => {
      const before = held;
      held = 0;
      return before;
    };
    const ones = [{ id: 'a' }, { id: 'b', does: 'work' }, { id: 'c' }];
    expect(await Promise.all(judgeEach(ones, { heldMemory }))).toEqual(ones.map(({ id }) => ({ id })));
    expect(held).toBe(0);
  });

  it('asks for processor time: a case that waits for long is let wait', async () => {
    const ones = [{ id: 'a', does: 'pause' }, { id: 'b' }];
    expect(await Promise.all(judgeEach(ones, { cpuMs: 300 }))).toEqual([{ id: 'a' }, { id: 'b' }]);
  });

  it('gives every case its own time', async () => {
    const ones = Array.from({ length: 60 }, (_, i) => ({ id: `${i}` }));
    thread = new JudgingThread(HOG, { heldMemory, clockMs: 1_000 });
    for (const one of ones) {
      expect(await thread.judge(line(one))).toBe(JSON.stringify(one));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });

  it('tells no id of a line that is no JSON', async () => {
    thread = new JudgingThread(HOG, { heldMemory });
    expect(JSON.parse(await thread.judge(Buffer.from('{')))).toMatchObject({ id: null, outcome: 'indeterminate' });
  });
});
