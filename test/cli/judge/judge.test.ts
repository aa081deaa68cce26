import { Readable, Writable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { runJudge } from '../../../src/cli/judge/run-judge.ts';
import { runJudgeProcess } from './process.ts';

const decode = { kind: 'decode', what: 'certificate', file: 'fixtures/certs/leaf-digital-signature.crt' };
const lineOf = (id: unknown) => `${JSON.stringify({ id, ...decode })}\n`;

describe('jpki judge', () => {
  it('gives each line its own, in order, without settings', async () => {
    const input = `${lineOf('a')}garbage\n\n${'y'.repeat(33 * 1024 * 1024)}\n${lineOf('b')}{"id":"c"}`;
    const { code, lines, err } = await runJudgeProcess(input);
    const verdicts = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(verdicts.map(({ id }) => id)).toEqual(['a', null, null, null, 'b', 'c']);
    expect(verdicts.map(({ outcome }) => outcome)).toEqual([
      'accepted',
      'indeterminate',
      'indeterminate',
      'indeterminate',
      'accepted',
      'indeterminate',
    ]);
    expect(verdicts[3]?.problem).toContain('more than');
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });

  it('has nothing to say of no line', async () => {
    expect(await runJudgeProcess('')).toMatchObject({ code: 0, lines: [], err: '' });
  });

  it('takes no arguments', async () => {
    const { code, lines, err } = await runJudgeProcess('', ['cases.ndjson']);
    expect({ code, lines }).toEqual({ code: 2, lines: [] });
    expect(err).toContain('cases.ndjson');
  });
});

/** The process of the tests holds more than the command's. */
const heldMemory = () => 0;

describe('runJudge', () => {
  it('answers before the next line is there', async () => {
    const input = new Readable({ read() {} });
    const answered = new Promise<string>((resolve) => {
      const output = new Writable({
        write(chunk: Buffer, _, done) {
          resolve(chunk.toString());
          done();
        },
      });
      void runJudge(input, output, () => {}, { heldMemory });
    });
    input.push(lineOf('first'));
    expect(JSON.parse(await answered)).toMatchObject({ id: 'first', outcome: 'accepted' });
    input.push(null);
  });

  it('runs 100 000 lines in constant memory, no faster than they are taken', async () => {
    let made = 0;
    let written = 0;
    let ahead = 0;
    const input = Readable.from(
      (function* () {
        for (; made < 100_000; made += 100)
          yield Buffer.from(Array.from({ length: 100 }, (_, i) => `{"id":${made + i}}\n`).join(''));
      })(),
      { highWaterMark: 1 },
    );
    const output = new Writable({
      write(chunk: Buffer, _, done) {
        if (chunk.toString().startsWith(`{"id":${written},`)) written++;
        ahead = Math.max(ahead, made - written);
        done();
      },
    });
    expect(await runJudge(input, output, () => {}, { heldMemory })).toBe(0);
    expect(written).toBe(100_000);
    expect(ahead).toBeLessThan(10_000);
  });

  it('says so when nobody takes the answers', async () => {
    const input = Readable.from(
      (function* () {
        for (;;) yield Buffer.from(lineOf('x'));
      })(),
    );
    const output = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error(), { code: 'EPIPE' })),
    });
    const complaints: string[] = [];
    expect(await runJudge(input, output, (sentence) => complaints.push(sentence), { heldMemory })).toBe(1);
    expect(complaints.join()).toContain('EPIPE');
  });
});
