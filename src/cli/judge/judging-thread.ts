import { Worker } from 'node:worker_threads';
import { exceedsJsonBounds } from './json-bounds.ts';
import { idOf, problemLine } from './judge-line.ts';
import { Progress } from './progress.ts';

/** From the sources as from `dist`. */
export const JUDGING_ENTRY = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

const LIMIT_MS = 5_000;
/** Of JavaScript's own; the files of a case and the index of its list stand beside it. */
const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 224, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 };
/** A line that killed its thread is read here once more for its id, if that is harmless. */
const MAX_REREAD = 256 * 1024;

interface Waiting {
  readonly line: Uint8Array;
  readonly settle: (verdict: string) => void;
}

/**
 * Judges lines in their order, in a thread of its own; what is asked for together is sent together. When the thread ends,
 * for a case took longer than it may or all memory, that case is told as a problem and what follows goes to a new thread,
 * with what came before and whose answers were lost: such an answer may come after the problem (runJudge writes in order).
 */
export class JudgingThread {
  private readonly entry: URL;
  private readonly limitMs: number;
  /** Asked for and not answered, in order; of them the last `unsent` were not given to the thread yet. */
  private waiting: Waiting[] = [];
  private unsent = 0;
  private worker: Worker | undefined;
  private progress = new Progress();
  private answered = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(entry: URL = JUDGING_ENTRY, limitMs: number = LIMIT_MS) {
    this.entry = entry;
    this.limitMs = limitMs;
  }

  judge(line: Uint8Array): Promise<string> {
    return new Promise((settle) => {
      this.waiting.push({ line, settle });
      if (this.unsent++ === 0) setImmediate(() => this.send());
    });
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    const { worker } = this;
    this.worker = undefined;
    await worker?.terminate();
  }

  private send(): void {
    if (this.unsent === 0) return;
    const worker = this.worker ?? this.start();
    worker.postMessage(this.waiting.slice(-this.unsent).map(({ line }) => line));
    this.unsent = 0;
  }

  private start(): Worker {
    this.progress = new Progress();
    this.answered = 0;
    const workerData = this.progress.shared;
    const worker = new Worker(this.entry, { resourceLimits: RESOURCE_LIMITS, workerData });
    this.worker = worker;
    worker.on('message', (verdicts: readonly string[]) => {
      if (worker !== this.worker) return;
      this.answered += verdicts.length;
      for (const [i, { settle }] of this.waiting.splice(0, verdicts.length).entries()) settle(verdicts[i] as string);
    });
    worker.on('error', (error) => this.replace(worker, sentenceOf(error)));
    worker.on('exit', () => this.replace(worker, 'the case ended its thread'));
    this.timer = setInterval(() => this.watch(worker), Math.min(250, this.limitMs / 4));
    return worker;
  }

  private watch(worker: Worker): void {
    const { begun, elapsedMs } = this.progress;
    if (begun > this.answered && elapsedMs >= this.limitMs)
      this.replace(worker, `the case took longer than ${this.limitMs / 1000} s`);
  }

  private replace(worker: Worker, problem: string): void {
    if (worker !== this.worker) return;
    clearInterval(this.timer);
    this.worker = undefined;
    void worker.terminate();
    // A thread that ends before it begins anything would do so again: the first case is told, or there would be no end.
    const index = Math.max(0, this.progress.begun - this.answered - 1);
    const [culprit] = this.waiting.splice(index, 1);
    if (culprit !== undefined) culprit.settle(problemLine(rereadId(culprit.line), problem));
    this.unsent = this.waiting.length;
    this.send();
  }
}

function sentenceOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'the case took more than 512 MB' : 'the case ended its thread';
}

function rereadId(line: Uint8Array) {
  if (line.length > MAX_REREAD || exceedsJsonBounds(line)) return null;
  try {
    return idOf(JSON.parse(Buffer.from(line).toString()));
  } catch {
    return null;
  }
}
