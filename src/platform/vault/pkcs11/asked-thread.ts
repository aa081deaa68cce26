import { Worker } from 'node:worker_threads';
import { KeysUnavailable } from '../vault.ts';
import type { TokenAnswer, TokenQuestion, TokenThreadData } from './question.ts';

/** From the sources as from `dist`. */
const ENTRY = new URL(import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.js', import.meta.url);

const LONGEST_MS = 5_000;
const MOST_WAITING = 1_000;
/** A thread that hangs in the module ends when the module returns, if ever. */
const MOST_HANGING = 3;

interface Waiting {
  readonly question: TokenQuestion;
  readonly resolve: (answer: TokenAnswer) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/**
 * Asks a thread that calls the token, one question after the other. One that is not answered in time is given up together
 * with its thread, which may hang in the module; those that wait go to a new thread. `entry`: another one for tests.
 */
export function createAskedThread(data: TokenThreadData, entry: URL = ENTRY, longestMs = LONGEST_MS) {
  let worker: Worker | undefined;
  let hanging = 0;
  const waiting: Waiting[] = [];

  function settle(answer: TokenAnswer | Error): void {
    const first = waiting.shift();
    if (first === undefined) return;
    clearTimeout(first.timer);
    if (answer instanceof Error) first.reject(answer);
    else first.resolve(answer);
  }

  function start(): Worker {
    const started = new Worker(entry, { workerData: data });
    started.on('message', (answer: TokenAnswer) => {
      if (worker !== started) return; // given up
      settle(answer);
      sendNext();
    });
    const end = () => {
      if (worker !== started) return;
      worker = undefined;
      settle(new KeysUnavailable('the thread that calls the token ended'));
      sendNext();
    };
    started.on('error', end);
    started.on('exit', end);
    return started;
  }

  function sendNext(): void {
    const [first] = waiting;
    if (first === undefined) {
      worker?.unref(); // nothing is left to wait for
      return;
    }
    worker ??= start();
    worker.ref();
    worker.postMessage(first.question);
  }

  function giveUp(one: Waiting): void {
    const at = waiting.indexOf(one);
    if (at < 0) return;
    waiting.splice(at, 1);
    one.reject(new KeysUnavailable('the token did not answer in time'));
    if (at > 0 || worker === undefined) return; // it had not been asked yet
    const hung = worker;
    worker = undefined;
    hanging += 1;
    hung.unref();
    void hung.terminate().finally(() => {
      hanging -= 1;
    });
    if (hanging < MOST_HANGING) sendNext();
    else while (waiting.length > 0) settle(new KeysUnavailable('the token does not answer'));
  }

  return {
    ask: ({ octets, aad, ...rest }: TokenQuestion): Promise<TokenAnswer> =>
      new Promise((resolve, reject) => {
        if (hanging >= MOST_HANGING || waiting.length >= MOST_WAITING) {
          reject(new KeysUnavailable('the token does not answer'));
          return;
        }
        // of their own: what else stands in a shared buffer is not to go with them
        const question = { ...rest, aad: Uint8Array.from(aad), octets: Uint8Array.from(octets) };
        const one: Waiting = { question, resolve, reject, timer: setTimeout(() => giveUp(one), longestMs) };
        waiting.push(one);
        if (waiting.length === 1) sendNext();
      }),
    /** For tests: what is asked next goes to a new thread. */
    async stop(): Promise<void> {
      const stopped = worker;
      worker = undefined;
      await stopped?.terminate();
    },
  };
}

export type AskedThread = ReturnType<typeof createAskedThread>;
