import type { Readable, Writable } from 'node:stream';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { Environment } from '../platform/settings.ts';

/** What a command sees of the process. */
export interface Terminal {
  readonly env: Environment;
  readonly readFile: (path: string) => string;
  /** Standard input and output, for commands that stream. */
  readonly streams: { readonly input: Readable; readonly output: Writable };
  /** A line on standard output. */
  readonly out: (line: string) => void;
  /** A line on standard error. */
  readonly err: (line: string) => void;
  readonly clock: Clock;
  /** On standard error. */
  readonly log: Log;
}
