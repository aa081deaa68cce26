import { mapDer } from './der-map.ts';
import type { Mapped } from './mutate.ts';
import type { Random } from './random.ts';

const MAX_DISCOVERIES = 1500;
const MAX_KEPT_SIZE = 4096;
/** Beyond these nothing new is learnt, so that what is held is not mistaken for what a decoder holds on to. */
const MAX_FEATURES = 20_000;

/**
 * The inputs that new ones are made from: the seeds, and whatever showed the decoder doing something that it had not been
 * seen to do before. What it says (verdict, or error and about where) stands in for coverage, which costs too much.
 */
export class Pool {
  readonly features = new Set<string>();
  private readonly seeds: readonly Mapped[];
  private readonly discoveries: Mapped[] = [];

  constructor(seeds: readonly Uint8Array[]) {
    this.seeds = seeds.map(mapped);
  }

  pick(random: Random): Mapped {
    return this.discoveries.length > 0 && !random.oneIn(3) ? random.pick(this.discoveries) : random.pick(this.seeds);
  }

  /** Keeps the input when what it led to is new; the oldest discoveries make room. */
  learn(feature: string, octets: Uint8Array): void {
    if (this.features.size >= MAX_FEATURES || this.features.has(feature)) return;
    this.features.add(feature);
    if (octets.length === 0 || octets.length > MAX_KEPT_SIZE) return;
    if (this.discoveries.length < MAX_DISCOVERIES) this.discoveries.push(mapped(octets.slice()));
    else this.discoveries[this.features.size % MAX_DISCOVERIES] = mapped(octets.slice());
  }
}

export const mapped = (bytes: Uint8Array): Mapped => ({ bytes, places: mapDer(bytes) });
