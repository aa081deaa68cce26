import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import type { Terminal } from '../terminal.ts';

/** What a file held outside has, one a line; a line that a crash tore is passed over, and told of. */
export async function* readHeld<T>(
  path: string,
  { what, decode }: { readonly what: string; readonly decode: (line: string) => T | undefined },
  terminal: Terminal,
): AsyncGenerator<T> {
  let unreadable = 0;
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() === '') continue;
    const found = decode(line);
    if (found === undefined) unreadable += 1;
    else yield found;
  }
  if (unreadable > 0) terminal.err(`${unreadable} lines of the file are no ${what} and were passed over.`);
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
