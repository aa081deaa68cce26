import { Worker } from 'node:worker_threads';
import {
  CASE_CLOCK_MS,
  CASE_CPU_MS,
  MEMORY_CEILING,
  MEMORY_LOOK_MS,
  HEAP_LIMITS as resourceLimits,
  TOO_MUCH_MEMORY,
} from './case-limits.ts';
import { exceedsJsonBounds } from './json-bounds.ts';
import { idOf, problemLine } from './judge-line.ts';
import { Progress } from './progress.ts';

/** From the sources as from `dist`. */
export const JUDGING_ENTRY = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

/** How long the next case waits for a thread that is to end, so that the memory of both is not held at once. */
const MAX_ENDING_MS = 1_000;
/** A line that killed its thread is read here once more for its id, if that is harmless. */
const MAX_REREAD = 256 * 1024;

interface Waiting {
  readonly line: Uint8Array;
  readonly settle: (verdict: string) => void;
}

/** What a case may take, and what the process holds. */
export interface ThreadLimits {
  readonly cpuMs: number;
  readonly clockMs: number;
  readonly memoryCeiling: number;
  readonly heldMemory: () => number;
}

const USUAL: ThreadLimits = {
  cpuMs: CASE_CPU_MS,
  clockMs: CASE_CLOCK_MS,
  memoryCeiling: MEMORY_CEILING,
  heldMemory: () => process.memoryUsage.rss(),
};

/**
 * Judges lines in their order, in a thread of its own; what is asked for together is sent together. When the thread ends,
 * for a case took more time or memory than it may, that case is told as a problem and what follows goes to a new thread,
 * with what came before and whose answers were lost: such an answer may come after the problem (runJudge writes in order).
 */
export class JudgingThread {
  private readonly entry: URL;
  private readonly limits: ThreadLimits;
  /** Asked for and not answered, in order; of them the last `unsent` were not given to the thread yet. */
  private waiting: Waiting[] = [];
  private unsent = 0;
  private worker: Worker | undefined;
  private ending = false;
  private ended: Promise<unknown> = Promise.resolve();
  /** A thread is asked one question at a time, and answers none while it is in native code. */
  private asking = false;
  private progress = new Progress();
  private answered = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(entry: URL = JUDGING_ENTRY, limits: Partial<ThreadLimits> = {}) {
    this.entry = entry;
    this.limits = { ...USUAL, ...limits };
  }

  judge(line: Uint8Array): Promise<string> {
    return new Promise((settle) => {
      this.waiting.push({ line, settle });
      if (this.unsent++ === 0) setImmediate(() => this.send());
    });
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.unsent = 0;
    const { worker } = this;
    this.worker = undefined;
    await Promise.all([worker?.terminate(), this.ended]);
  }

  private send(): void {
    if (this.unsent === 0 || this.ending) return;
    const worker = this.worker ?? this.start();
    worker.postMessage(this.waiting.slice(-this.unsent).map(({ line }) => line));
    this.unsent = 0;
  }

  private start(): Worker {
    this.progress = new Progress();
    this.answered = 0;
    this.asking = false;
    const worker = new Worker(this.entry, { resourceLimits, workerData: this.progress.shared });
    this.worker = worker;
    worker.on('message', (verdicts: readonly string[]) => {
      if (worker !== this.worker) return;
      this.answered += verdicts.length;
      for (const [i, { settle }] of this.waiting.splice(0, verdicts.length).entries()) settle(verdicts[i] as string);
    });
    worker.on('error', (error) => this.replace(worker, sentenceOf(error)));
    worker.on('exit', () => this.replace(worker, 'the case ended its thread'));
    this.timer = setInterval(() => void this.watch(worker), MEMORY_LOOK_MS);
    return worker;
  }

  private async watch(worker: Worker): Promise<void> {
    const { begun, elapsedMs } = this.progress;
    if (begun <= this.answered) return;
    const { cpuMs, clockMs, memoryCeiling, heldMemory } = this.limits;
    if (heldMemory() >= memoryCeiling) {
      // What cases before it left to be collected is not its own: it is judged anew, first of its thread.
      if (begun > 1) this.retry(worker);
      else this.replace(worker, TOO_MUCH_MEMORY);
    } else if (elapsedMs >= clockMs) this.replace(worker, tooLong(clockMs));
    else if (elapsedMs >= cpuMs && !this.asking) {
      this.asking = true;
      // It may end meanwhile, which is told by its own event.
      const usage = await worker.cpuUsage().catch(() => undefined);
      this.asking = false;
      if (usage !== undefined && this.progress.begun === begun && this.progress.usedMs(usage) >= cpuMs)
        this.replace(worker, tooLong(cpuMs));
    }
  }

  private retry(worker: Worker): void {
    if (worker !== this.worker) return;
    this.waiting.unshift(...this.takeCulprit());
    this.renew(worker);
  }

  private replace(worker: Worker, problem: string): void {
    if (worker !== this.worker) return;
    for (const { line, settle } of this.takeCulprit()) settle(problemLine(rereadId(line), problem));
    this.renew(worker);
  }

  /** A thread that ends before it begins anything would do so again: the first case is told, or there would be no end. */
  private takeCulprit(): readonly Waiting[] {
    return this.waiting.splice(Math.max(0, this.progress.begun - this.answered - 1), 1);
  }

  private renew(worker: Worker): void {
    clearInterval(this.timer);
    this.worker = undefined;
    this.unsent = this.waiting.length;
    this.ending = true;
    const go = (): void => {
      this.ending = false;
      this.send();
    };
    const late = new Promise((resolve) => setTimeout(resolve, MAX_ENDING_MS).unref());
    this.ended = worker.terminate();
    void Promise.race([this.ended, late]).then(go);
  }
}

const tooLong = (limitMs: number): string => `the case took longer than ${limitMs / 1000} s`;

function sentenceOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ERR_WORKER_OUT_OF_MEMORY' ? TOO_MUCH_MEMORY : 'the case ended its thread';
}

function rereadId(line: Uint8Array) {
  if (line.length > MAX_REREAD || exceedsJsonBounds(line)) return null;
  try {
    return idOf(JSON.parse(Buffer.from(line).toString()));
  } catch {
    return null;
  }
}
