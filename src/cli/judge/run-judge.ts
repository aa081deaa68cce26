import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { problemLine } from './judge-line.ts';
import { JUDGING_ENTRY, JudgingThread, type ThreadLimits } from './judging-thread.ts';
import { MAX_LINE, readLines } from './lines.ts';
import { collectLeftovers } from './memory-room.ts';

/** Lines between input and output at any time, and their octets; a longer line has to be alone. */
const MAX_WAITING = 512;
const MAX_WAITING_OCTETS = 4 * 1024 * 1024;

/** What such a line was put together from is as large again. */
const LONG_LINE = 1024 * 1024;

const TOO_LONG = problemLine(null, `the line has more than ${MAX_LINE} octets`);

interface Underway {
  readonly written: Promise<void>;
  readonly octets: number;
}

/**
 * Judges every line of `input` and writes one line for each, in order and as soon as it is there; reads no faster than it
 * writes. Exit code 0 when every line got its own, 1 when the streams did not let it.
 */
export async function runJudge(
  input: Readable,
  output: Writable,
  complain: (sentence: string) => void,
  limits: Partial<ThreadLimits> = {},
): Promise<number> {
  const thread = new JudgingThread(JUDGING_ENTRY, limits);
  const underway: Underway[] = [];
  let octets = 0;
  let last: Promise<void> = Promise.resolve();
  const write = async (verdict: Promise<string>, before: Promise<void>): Promise<void> => {
    await before;
    if (!output.write(`${await verdict}\n`)) await once(output, 'drain');
  };
  const settleFirst = async (): Promise<void> => {
    const first = underway.shift() as Underway;
    await first.written;
    octets -= first.octets;
  };
  // Nobody reads what is written: nothing more is read either.
  output.once('error', (error) => input.destroy(error));
  try {
    for await (const line of readLines(input)) {
      const size = line?.length ?? 0;
      if (size > LONG_LINE) collectLeftovers();
      while (underway.length > 0 && (underway.length >= MAX_WAITING || octets + size > MAX_WAITING_OCTETS)) {
        await settleFirst();
      }
      octets += size;
      last = write(line === undefined ? Promise.resolve(TOO_LONG) : thread.judge(line), last);
      last.catch(() => {});
      underway.push({ octets: size, written: last });
    }
    await last;
    return 0;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    complain(`Not every case got its line: the streams ended (${code}). 入出力が途中で終わりました。`);
    return 1;
  } finally {
    await thread.stop();
  }
}
