/** Seeded pseudo-random choices (mulberry32): the same seed makes the same inputs on every machine. Not for keys. */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed | 0;
  }

  /** 0 to 2^32 - 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  }

  /** 0 to `bound` - 1. */
  below(bound: number): number {
    return Math.floor((this.next() / 4294967296) * bound);
  }

  /** True once in `n` times. */
  oneIn(n: number): boolean {
    return this.below(n) === 0;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }

  octets(length: number): Uint8Array {
    const octets = new Uint8Array(length);
    for (let i = 0; i < length; i++) octets[i] = this.next();
    return octets;
  }

  /** `count` things made one after the other. */
  several<T>(count: number, make: () => T): T[] {
    return Array.from({ length: count }, make);
  }
}
