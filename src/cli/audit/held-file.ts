import { once } from 'node:events';
import { constants, createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import { StartRefused } from '../../platform/start-refused.ts';
import type { Terminal } from '../terminal.ts';

interface HeldKind<T> {
  readonly what: string;
  readonly decode: (line: string) => T | undefined;
  /** An empty file is what was written out where there was nothing yet; it is told that nothing was held against. */
  readonly mayBeEmpty?: boolean;
}

/**
 * What a file held outside has, one a line; a line that a crash tore is passed over, and told of. Throws StartRefused for a
 * file that has none at all: a trail that was held against nothing would be called whole.
 */
export async function* readHeld<T>(
  path: string,
  { what, decode, mayBeEmpty = false }: HeldKind<T>,
  terminal: Terminal,
): AsyncGenerator<T> {
  let readable = 0;
  let unreadable = 0;
  for await (const line of createInterface({ input: await openFile(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() === '') continue;
    const found = decode(line);
    if (found === undefined) {
      unreadable += 1;
      continue;
    }
    readable += 1;
    yield found;
  }
  if (readable === 0 && unreadable === 0 && mayBeEmpty)
    terminal.err(`${path} is empty: it holds no ${what} to compare.`);
  else if (readable === 0) throw new StartRefused([`${path} has no ${what}: the trail was held against nothing.`]);
  if (unreadable > 0) terminal.err(`${unreadable} lines of the file are no ${what} and were passed over.`);
}

/** A regular one: whoever reads a named pipe or a device would wait, or never end. */
async function openFile(path: string) {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  if ((await file.stat()).isFile()) return file.createReadStream();
  await file.close();
  throw new StartRefused([`${path} is not a file.`]);
}

/** Gives how many. */
export async function writeHeld(path: string, lines: AsyncIterable<string>): Promise<number> {
  const file = createWriteStream(path, { flags: 'w' });
  const done = finished(file);
  done.catch(() => undefined); // awaited below
  let count = 0;
  for await (const line of lines) {
    if (!file.write(`${line}\n`)) await Promise.race([once(file, 'drain'), done]);
    count += 1;
  }
  file.end();
  await done;
  return count;
}
