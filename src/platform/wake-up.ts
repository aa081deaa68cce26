import { schedule } from 'node-cron';
import type { Log } from './log.ts';
import type { LogEvent } from './log-event.ts';

export interface WakeUp {
  start(): void;
  /** Tells the work under way, if any, to end, and resolves when it has. */
  stop(): Promise<void>;
}

export interface WakeUpParts {
  /** Minute, hour, day of the month, month, day of the week; a sixth field before them: second. */
  readonly cron: string;
  /** Tells of its success itself. Ends early, after a batch of its own, when `isStopping` says so. */
  readonly work: (isStopping: () => boolean) => Promise<void>;
  /** Logged with the error when the work fails; it is done again at the next wake. */
  readonly failed: LogEvent;
  readonly log: Log;
}

/** The schedule only wakes; what is due stands in columns. Any number of replicas may wake at once, each for one work at a time. */
export function createWakeUp({ cron, work, failed, log }: WakeUpParts): WakeUp {
  let stopping = false;
  let underWay = Promise.resolve();
  let task: ReturnType<typeof schedule> | undefined;

  const tell = (error: unknown) =>
    log.warn(failed, { error: error instanceof Error ? error : new Error(String(error)) });
  const wake = () => {
    if (!stopping) underWay = work(() => stopping).catch(tell);
    return underWay;
  };
  // the library would print: a time that it missed, or that came while the work was under way, is made up for by the next
  const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: tell };
  return {
    start() {
      task ??= schedule(cron, wake, { noOverlap: true, logger: quiet });
    },
    async stop() {
      stopping = true;
      await task?.destroy();
      await underWay;
    },
  };
}
