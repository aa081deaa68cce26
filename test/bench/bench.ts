/** What one bench found. `ratio`: ours to its floor or peer as the bench's heading tells; of `start`, seconds. */
export interface BenchResult {
  readonly name: string;
  readonly ratio: number;
  readonly wanted: string;
  readonly met: boolean;
  readonly detail: string;
}

export interface BenchOptions {
  /** Few and short rounds: shows that it runs, its figures mean little. */
  readonly quick: boolean;
}

export interface Bench {
  readonly name: string;
  readonly run: (options: BenchOptions) => Promise<BenchResult>;
  /** Stops what the bench shares with others; called once at the end. */
  readonly close?: () => Promise<void>;
}
