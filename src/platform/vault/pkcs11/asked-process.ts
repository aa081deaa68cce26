import { type ChildProcess, fork } from 'node:child_process';
import { env as ownEnvironment } from 'node:process';
import { KeysUnavailable } from '../vault.ts';
import type { TokenAnswer, TokenBeginning, TokenQuestion } from './question.ts';

/** From the sources as from `dist`. */
const ENTRY = new URL(import.meta.url.endsWith('.ts') ? './process-entry.ts' : './process-entry.js', import.meta.url);

/** A vendor's module is told by names of its own where it finds what; what this service is told is not for it. */
const NOT_FOR_MODULES = /^(DATABASE_|VAULT_|AWS_|PKCS11_|AUDIT_|TSA_|OTEL_|JPKI_|PG)/;
const environmentOfModule = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(ownEnvironment).filter(([name]) => !NOT_FOR_MODULES.test(name)));

const LONGEST_MS = 5_000;
const MOST_WAITING = 1_000;

interface Waiting {
  readonly question: TokenQuestion;
  readonly resolve: (answer: TokenAnswer) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** Others for tests. */
export interface AskedProcessOptions {
  readonly entry?: URL | string;
  readonly longestMs?: number;
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Asks a process that calls the token, one question after the other: a module of others may block, hang or crash, and can
 * then be ended. A question that is not answered in time is given up with its process; those that wait go to a new one.
 */
export function createAskedProcess(beginning: TokenBeginning, options: AskedProcessOptions = {}) {
  const { entry = ENTRY, longestMs = LONGEST_MS, env = environmentOfModule() } = options;
  let child: ChildProcess | undefined;
  /** Told to the next process as well: each try brings the token nearer to locking itself. */
  let refusedPin: string | undefined;
  const waiting: Waiting[] = [];

  function settle(answer: TokenAnswer | Error): void {
    const first = waiting.shift();
    if (first === undefined) return;
    clearTimeout(first.timer);
    if (answer instanceof Error) first.reject(answer);
    else first.resolve(answer);
  }

  function start(): ChildProcess {
    // what a module prints is nobody's; the PIN is told by message, where no list of processes shows it
    const started = fork(entry, [], {
      env,
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    started.on('message', (answer: TokenAnswer) => {
      if (child !== started) return; // given up
      if (answer.outcome === 'unavailable') refusedPin = answer.refusedPin;
      settle(answer);
      sendNext();
    });
    const end = () => {
      if (child !== started) return;
      child = undefined;
      settle(new KeysUnavailable('the process that calls the token ended'));
      sendNext();
    };
    started.on('error', end);
    started.on('exit', end);
    started.send({ ...beginning, refusedPin }, () => undefined);
    return started;
  }

  function sendNext(): void {
    const [first] = waiting;
    if (first === undefined) {
      // nothing is left to wait for: it is not to keep this process alive
      child?.unref();
      child?.channel?.unref();
      return;
    }
    child ??= start();
    child.ref();
    child.channel?.ref();
    child.send(first.question, () => undefined); // one that ended meanwhile says so by itself
  }

  function giveUp(one: Waiting): void {
    const at = waiting.indexOf(one);
    if (at < 0) return;
    waiting.splice(at, 1);
    one.reject(new KeysUnavailable('the token did not answer in time'));
    if (at > 0) return; // it had not been asked yet
    stop();
    sendNext();
  }

  function stop(): void {
    const stopped = child;
    child = undefined;
    stopped?.kill('SIGKILL');
  }

  return {
    ask: ({ octets, aad, ...rest }: TokenQuestion): Promise<TokenAnswer> =>
      new Promise((resolve, reject) => {
        if (waiting.length >= MOST_WAITING) {
          reject(new KeysUnavailable('the token does not keep up'));
          return;
        }
        // of their own: what else stands in a shared buffer is not to go with them
        const question = { ...rest, aad: Uint8Array.from(aad), octets: Uint8Array.from(octets) };
        const one: Waiting = { question, resolve, reject, timer: setTimeout(() => giveUp(one), longestMs) };
        waiting.push(one);
        if (waiting.length === 1) sendNext();
      }),
    /** What is asked next goes to a new process. */
    stop,
  };
}

export type AskedProcess = ReturnType<typeof createAskedProcess>;
