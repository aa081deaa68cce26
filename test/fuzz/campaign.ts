import { DecodeError } from '../../src/core/der/decode-error.ts';
import { mutate } from './mutate.ts';
import { mapped, Pool } from './pool.ts';
import { Random } from './random.ts';
import type { Target } from './target.ts';

/** What a target must not do with an input. */
export interface Finding {
  readonly target: string;
  readonly kind: 'crash' | 'hang' | 'position';
  /** The error's first line, or how long it took. */
  readonly what: string;
  readonly octets: Uint8Array;
}

export interface Settings {
  readonly seed: number;
  readonly hangMs: number;
  readonly found: (finding: Finding) => void;
  /** Told of every input before it is run. */
  readonly about?: (octets: Uint8Array) => void;
}

const MAX_INPUT_SIZE = 32 * 1024;
/** Every so many inputs: the same octets, further back in a buffer, must read the same. */
const SHIFT_EVERY = 64;

/** One seeded search: the same seed gives the same inputs in the same order. */
export class Campaign {
  executions = 0;
  accepted = 0;
  findings = 0;
  private readonly target: Target;
  private readonly settings: Settings;
  private readonly random: Random;
  readonly pool: Pool;

  constructor(target: Target, settings: Settings) {
    this.target = target;
    this.settings = settings;
    this.random = new Random(settings.seed);
    this.pool = new Pool(target.seeds());
    // A stack for each of millions of expected errors is most of what they cost.
    Error.stackTraceLimit = 0;
  }

  /** The next input: one in thirty-two made after the grammar, the others by one to four changes. */
  private make(): Uint8Array {
    const { random, target, pool } = this;
    const change = target.mutate ?? mutate;
    if (random.oneIn(32)) return target.generate(random);
    let seed = random.oneIn(32) ? mapped(target.generate(random)) : pool.pick(random);
    for (let more = random.oneIn(4) ? random.below(4) : 0; more > 0 && seed.bytes.length > 0; more--)
      seed = mapped(change(seed, random, pool.pick(random)));
    const octets = seed.bytes.length === 0 ? seed.bytes : change(seed, random, pool.pick(random));
    return octets.length > MAX_INPUT_SIZE ? octets.subarray(0, MAX_INPUT_SIZE) : octets;
  }

  step(): void {
    this.examine(this.make(), this.executions % SHIFT_EVERY === 0);
  }

  /** Runs one input, and reports what the target must not do with it. */
  examine(octets: Uint8Array, elsewhereToo: boolean): void {
    this.settings.about?.(octets);
    const started = performance.now();
    const feature = this.observe(octets);
    const took = performance.now() - started;
    this.executions += 1;
    if (took > this.settings.hangMs) this.confirmHang(octets);
    if (feature === undefined) return;
    this.pool.learn(feature, octets);
    if (elsewhereToo && this.observe(shifted(octets)) !== feature)
      this.report('position', 'reads otherwise at another place in a buffer', octets);
  }

  /** What the target says; undefined after a crash. */
  private observe(octets: Uint8Array): string | undefined {
    try {
      const feature = this.target.run(octets);
      this.accepted += 1;
      return feature;
    } catch (error) {
      if (error instanceof DecodeError) return refusal(error);
      this.report('crash', String(error).split('\n')[0] ?? '', octets);
      return undefined;
    }
  }

  /** The machine may have been busy with others: it is a hang if none of ten more runs ends in time. */
  private confirmHang(octets: Uint8Array): void {
    let fastest = Number.POSITIVE_INFINITY;
    for (let left = 10; left > 0 && fastest > this.settings.hangMs; left--) {
      const started = performance.now();
      this.observe(octets);
      fastest = Math.min(fastest, performance.now() - started);
    }
    if (fastest > this.settings.hangMs) this.report('hang', `${Math.round(fastest)} ms`, octets);
  }

  private report(kind: Finding['kind'], what: string, octets: Uint8Array): void {
    this.findings += 1;
    this.settings.found({ target: this.target.name, kind, what, octets: octets.slice() });
  }
}

/** Code, words and rough place of an error; the tags that it names are left out. */
function refusal({ code, offset, message }: DecodeError): string {
  const words = message.startsWith('tag 0x') ? 'tag' : message.slice(0, 40);
  return `${code} ${words.split('(')[0]} ${32 - Math.clz32(offset)}`;
}

function shifted(octets: Uint8Array): Uint8Array {
  const buffer = new Uint8Array(octets.length + 11).fill(0x30);
  buffer.set(octets, 7);
  return buffer.subarray(7, 7 + octets.length);
}
