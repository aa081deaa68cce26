import { beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { DatabaseUnavailable } from '../../../src/platform/database/database.ts';
import { createGroupedCalls } from '../../../src/platform/database/grouped-calls.ts';

interface Call {
  readonly lane: string;
  readonly items: readonly string[];
  answer(): void;
  fail(error: unknown): void;
}

/** What was sent and not yet answered, in order. */
let calls: Call[];
beforeEach(() => {
  calls = [];
});

const send = (lane: string, items: readonly string[]) =>
  new Promise<readonly string[]>((resolve, reject) => {
    calls.push({ lane, items, answer: () => resolve(items.map((item) => `done ${item}`)), fail: reject });
  });
const OPTIONS = { send, claimsOf: (item: string) => [item], mostInFlight: 2, mostInGroup: 3, longestWaitMs: 60_000 };
const turn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
const itemsOf = () => calls.map(({ items }) => items);

function serverError(severity: string): pg.DatabaseError {
  const error = new pg.DatabaseError('deadlock detected', 0, 'error');
  error.severity = severity;
  error.code = '40P01';
  return error;
}

describe('grouping', () => {
  it('sends what comes in the same turn as one call, and gives each its own outcome', async () => {
    const call = createGroupedCalls(OPTIONS);
    const answers = Promise.all(['a', 'b', 'c'].map((item) => call('bank', item)));
    await turn();
    expect(itemsOf()).toEqual([['a', 'b', 'c']]);
    calls[0]?.answer();
    expect(await answers).toEqual(['done a', 'done b', 'done c']);
  });

  it('has no more calls of a lane at once than it may: what comes meanwhile goes together', async () => {
    const call = createGroupedCalls(OPTIONS);
    const answers: Promise<string>[] = [];
    for (const item of ['a', 'b', 'c', 'd', 'e']) {
      answers.push(call('bank', item));
      await turn();
    }
    expect(itemsOf()).toEqual([['a'], ['b']]);
    calls[1]?.answer();
    await turn();
    expect(itemsOf().slice(2)).toEqual([['c', 'd', 'e']]);
    for (const { answer } of calls) answer();
    expect(await Promise.all(answers)).toHaveLength(5);
  });

  it('never joins lanes', async () => {
    const call = createGroupedCalls(OPTIONS);
    const answers = ['bank', 'shop'].map((lane) => call(lane, 'a'));
    await turn();
    expect(calls.map(({ lane }) => lane)).toEqual(['bank', 'shop']);
    for (const { answer } of calls) answer();
    await Promise.all(answers);
  });

  it('keeps groups to their size', async () => {
    const call = createGroupedCalls(OPTIONS);
    const answers = ['a', 'b', 'c', 'd'].map((item) => call('bank', item));
    await turn();
    expect(itemsOf()).toEqual([['a', 'b', 'c'], ['d']]);
    for (const { answer } of calls) answer();
    await Promise.all(answers);
  });

  it('never joins two that claim the same', async () => {
    const call = createGroupedCalls(OPTIONS);
    const answers = ['a', 'a', 'b'].map((item) => call('bank', item));
    await turn();
    expect(itemsOf()).toEqual([['a', 'b'], ['a']]);
    for (const { answer } of calls) answer();
    expect(await Promise.all(answers)).toEqual(['done a', 'done a', 'done b']);
  });
});

describe('a call that failed', () => {
  it('is done again item by item when the server undid it: only who is at fault fails', async () => {
    const bad = serverError('ERROR');
    const asked: (readonly string[])[] = [];
    const call = createGroupedCalls({
      ...OPTIONS,
      send: async (_lane: string, items: readonly string[]) => {
        asked.push(items);
        if (items.includes('b')) throw bad;
        return items;
      },
    });
    const answers = await Promise.allSettled(['a', 'b', 'c'].map((item) => call('bank', item)));
    expect(answers).toEqual([
      { status: 'fulfilled', value: 'a' },
      { status: 'rejected', reason: bad },
      { status: 'fulfilled', value: 'c' },
    ]);
    expect(asked).toEqual([['a', 'b', 'c'], ['a'], ['b'], ['c']]);
  });

  it.each([
    ['the connection was lost: it may have been committed', new DatabaseUnavailable(new Error('cut'))],
    ['the server ended it', serverError('FATAL')],
    ['the program is at fault', new Error('fault')],
  ])('is not done again when %s', async (_why, error) => {
    const call = createGroupedCalls(OPTIONS);
    const answers = Promise.allSettled(['a', 'b'].map((item) => call('bank', item)));
    await turn();
    calls[0]?.fail(error);
    expect(await answers).toEqual([
      { status: 'rejected', reason: error },
      { status: 'rejected', reason: error },
    ]);
    expect(calls).toHaveLength(1);
  });

  it('does not stop those that come later', async () => {
    const call = createGroupedCalls({ ...OPTIONS, mostInFlight: 1 });
    const first = call('bank', 'a');
    await turn();
    const second = call('bank', 'b');
    calls[0]?.fail(new Error('fault'));
    await expect(first).rejects.toThrow('fault');
    await turn();
    calls[1]?.answer();
    expect(await second).toBe('done b');
  });
});

it('tells whoever waited too long for a turn that the database cannot be used', async () => {
  const call = createGroupedCalls({ ...OPTIONS, mostInFlight: 1, longestWaitMs: -1 });
  await expect(call('bank', 'a')).rejects.toBeInstanceOf(DatabaseUnavailable);
  expect(calls).toEqual([]);
});
