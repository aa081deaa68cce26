import { describe, expect, it } from '@jest/globals';
import { readLines } from '../../../src/cli/judge/lines.ts';

async function linesOf(chunks: readonly string[], limit?: number): Promise<readonly (string | undefined)[]> {
  async function* stream() {
    for (const chunk of chunks) yield Buffer.from(chunk);
  }
  const lines: (string | undefined)[] = [];
  for await (const line of readLines(stream(), limit)) lines.push(line && Buffer.from(line).toString());
  return lines;
}

describe('readLines', () => {
  it.each([
    ['nothing', [], []],
    ['lines in one chunk', ['a\nb\n'], ['a', 'b']],
    ['a last line without its end', ['a\nb'], ['a', 'b']],
    ['a line over several chunks', ['a', 'b', 'c\nd'], ['abc', 'd']],
    ['empty lines', ['\n\na\n'], ['', '', 'a']],
    ['an end that comes alone', ['a', '\n', 'b'], ['a', 'b']],
  ])('reads %s', async (_, chunks, expected) => {
    expect(await linesOf(chunks)).toEqual(expected);
  });

  it('passes over a line that is too long, wherever it is cut, and goes on', async () => {
    expect(await linesOf(['abc\nabcd\nab'], 3)).toEqual(['abc', undefined, 'ab']);
    expect(await linesOf(['ab', 'cd', 'ef', '\nabc'], 3)).toEqual([undefined, 'abc']);
    expect(await linesOf(['ab', 'cd'], 3)).toEqual([undefined]);
  });

  it('keeps nothing of a line without end', async () => {
    const chunk = Buffer.alloc(65_536, 'x');
    const before = process.memoryUsage().arrayBuffers;
    async function* stream() {
      for (let i = 0; i < 2_000; i++) yield chunk;
    }
    let count = 0;
    for await (const line of readLines(stream(), 1024)) count += line === undefined ? 1 : 0;
    expect(count).toBe(1);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10 * 1024 * 1024);
  });
});
