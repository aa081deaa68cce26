/**
 * What a judging thread tells of itself in memory that outlives it: how many cases it has begun, and when the last of
 * them, by the clock and by the processor time that the thread had used. Answers that it sent shortly before it ended may
 * be lost; this is not.
 */
export class Progress {
  readonly shared: SharedArrayBuffer;
  private readonly cells: Int32Array;

  constructor(shared: SharedArrayBuffer = new SharedArrayBuffer(12)) {
    this.shared = shared;
    this.cells = new Int32Array(shared);
  }

  /** Cases begun, modulo 2^32. */
  get begun(): number {
    return Atomics.load(this.cells, 0);
  }

  /** Milliseconds since the last case was begun. */
  get elapsedMs(): number {
    return (now() - Atomics.load(this.cells, 1)) | 0;
  }

  /** Processor time of the last case so far, out of what the whole thread has used. */
  usedMs(usage: NodeJS.CpuUsage): number {
    return (milliseconds(usage) - Atomics.load(this.cells, 2)) | 0;
  }

  /** Told by the thread itself. */
  begin(): void {
    Atomics.store(this.cells, 1, now());
    Atomics.store(this.cells, 2, milliseconds(process.threadCpuUsage()));
    Atomics.add(this.cells, 0, 1);
  }
}

/** The same clock in every thread, wrapped to 32 bits. */
const now = (): number => (performance.timeOrigin + performance.now()) | 0;

const milliseconds = ({ user, system }: NodeJS.CpuUsage): number => ((user + system) / 1000) | 0;
