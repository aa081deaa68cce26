/**
 * What a judging thread tells of itself in memory that outlives it: how many cases it has begun, and when the last of
 * them. Answers that it sent shortly before it ended may be lost; this is not.
 */
export class Progress {
  readonly shared: SharedArrayBuffer;
  private readonly cells: Int32Array;

  constructor(shared: SharedArrayBuffer = new SharedArrayBuffer(8)) {
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

  begin(): void {
    Atomics.store(this.cells, 1, now());
    Atomics.add(this.cells, 0, 1);
  }
}

/** The same clock in every thread, wrapped to 32 bits. */
const now = (): number => (performance.timeOrigin + performance.now()) | 0;
