import { Worker } from 'node:worker_threads';
import { idOf, problemLine } from './judge-line.ts';

/** From the sources as from `dist`. */
const ENTRY = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

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
 * Judges lines in their order, in a thread of its own. Several may wait in the thread's queue; the first of them has
 * LIMIT_MS from when it became the first. When the thread ends, by the limit or for want of memory, that line is told as
 * a problem and the others go to a new thread.
 */
export class JudgingThread {
  private readonly waiting: Waiting[] = [];
  private worker: Worker | undefined;
  private timer: NodeJS.Timeout | undefined;
  private ready = false;

  judge(line: Uint8Array): Promise<string> {
    return new Promise((settle) => {
      this.waiting.push({ line, settle });
      if (this.worker === undefined) this.start();
      else this.worker.postMessage(line);
      if (this.waiting.length === 1) this.time();
    });
  }

  async stop(): Promise<void> {
    clearTimeout(this.timer);
    const { worker } = this;
    this.worker = undefined;
    await worker?.terminate();
  }

  private start(): void {
    this.ready = false;
    const worker = new Worker(ENTRY, { resourceLimits: RESOURCE_LIMITS, stdin: false });
    this.worker = worker;
    worker.on('message', (verdict: string | null) => {
      if (worker !== this.worker) return;
      this.ready = true;
      if (verdict !== null) this.waiting.shift()?.settle(verdict);
      this.time();
    });
    worker.on('error', (error) => this.replace(worker, sentenceOf(error)));
    worker.on('exit', () => this.replace(worker, 'the case ended its thread'));
    for (const { line } of this.waiting) worker.postMessage(line);
  }

  private time(): void {
    clearTimeout(this.timer);
    const { worker } = this;
    // Starting is no part of a case.
    if (!this.ready || worker === undefined || this.waiting.length === 0) return;
    this.timer = setTimeout(() => this.replace(worker, `the case took longer than ${LIMIT_MS / 1000} s`), LIMIT_MS);
  }

  private replace(worker: Worker, problem: string): void {
    if (worker !== this.worker) return;
    clearTimeout(this.timer);
    this.worker = undefined;
    void worker.terminate();
    const first = this.waiting.shift();
    first?.settle(problemLine(rereadId(first.line), problem));
    if (this.waiting.length > 0) this.start();
  }
}

function sentenceOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'the case took more than 512 MB' : 'the case ended its thread';
}

function rereadId(line: Uint8Array) {
  if (line.length > MAX_REREAD) return null;
  try {
    return idOf(JSON.parse(Buffer.from(line).toString()));
  } catch {
    return null;
  }
}
