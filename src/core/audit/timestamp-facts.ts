import type { Instant } from '../instant.ts';

/** What a token says that was found whole: over the imprint, signed by the certificate that it names. */
export interface TimestampFacts {
  readonly genTime: Instant;
  /** The last instant at which every certificate on the way to its trust anchor is valid. */
  readonly validUntil: Instant;
  /** The last instant of the authority's own certificate: never earlier. */
  readonly authorityUntil: Instant;
  /** All that it rests on, in the names of AlgorithmEnds. */
  readonly algorithms: readonly string[];
  /** SHA-256 of the authority's certificate, lower-case hexadecimal. */
  readonly authority: string;
  /** Does its path end at an anchor that is trusted? */
  readonly trusted: boolean;
}

/** `imprint`: SHA-256. Undefined for a token that is not over it, or not whole. */
export type ReadTimestamp = (token: Uint8Array, imprint: Uint8Array) => TimestampFacts | undefined;

/** From that instant on, nothing is believed that rests on the algorithm. */
export type AlgorithmEnds = ReadonlyMap<string, Instant>;

/** `certificate`, or the name of an algorithm. */
export interface TimestampEnd {
  /** The first instant at which the token no longer holds by itself. */
  readonly at: Instant;
  readonly of: string;
}

/** What comes first: the end of its certificates, or of an algorithm. */
export function endOf(
  { validUntil, algorithms }: Pick<TimestampFacts, 'validUntil' | 'algorithms'>,
  ends: AlgorithmEnds,
): TimestampEnd {
  let end: TimestampEnd = { at: validUntil + 1, of: 'certificate' };
  for (const of of algorithms) {
    const at = ends.get(of);
    if (at !== undefined && at < end.at) end = { at, of };
  }
  return end;
}
