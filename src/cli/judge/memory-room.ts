import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { MEMORY_CEILING } from './case-limits.ts';

// The one way to V8's collector that needs no flag on the command line.
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Beneath this nothing is gained by collecting early. */
const WORTH_COLLECTING = MEMORY_CEILING / 2;

const held = (): number => process.memoryUsage.rss();
let ceiling = Number.POSITIVE_INFINITY;

/** For the judge's own process, all of whose memory is the judge's; in another one, others hold what they like. */
export function holdProcessBelow(octets: number): void {
  ceiling = octets;
}

/** Is there room for so many octets beside what the process holds? What earlier cases left is collected first. */
export function hasRoomFor(octets: number): boolean {
  if (held() + octets < ceiling) return true;
  collect();
  return held() + octets < ceiling;
}

/**
 * To be called after what took much: V8 counts the octets of files and lines late, and would let several cases' files lie
 * about at once.
 */
export function collectLeftovers(): void {
  if (held() > WORTH_COLLECTING) collect();
}
