import { readFileSync } from 'node:fs';
import { compareReadings, type Disagreement, type Explanation, explains } from './compare.ts';
import { isRefused, type ObjectKind, type Oracle, type Reading } from './facts.ts';
import { makeInputs } from './inputs.ts';
import { forgeOracle } from './oracles/forge.ts';
import { nodeOracle } from './oracles/node.ts';
import { opensslOracle, opensslVersion } from './oracles/openssl.ts';
import { ours } from './oracles/ours.ts';
import { peculiar } from './oracles/peculiar.ts';
import { pkijsOracle } from './oracles/pkijs.ts';

export const EXPLANATIONS: readonly Explanation[] = JSON.parse(
  readFileSync(new URL('explained.json', import.meta.url), 'utf8'),
);

export interface Outcome {
  /** How many of the valid inputs, and of the mutants, we read. */
  readonly readable: { readonly valid: number; readonly mutants: number };
  /** Facts that were compared. */
  readonly compared: number;
  readonly disagreements: readonly Disagreement[];
  readonly unexplained: readonly Disagreement[];
  /** Explanations of this kind of object that explain nothing. */
  readonly stale: readonly Explanation[];
}

/** All inputs of a kind, read by everybody who is there. */
export function judgeKind(kind: ObjectKind): Outcome {
  const inputs = makeInputs(kind);
  const own = readingsOf(ours, kind, inputs).map((reading) => reading ?? { refused: 'not read' });
  const withCommand = opensslVersion() !== undefined;
  const oracles = [pkijsOracle, peculiar, forgeOracle, nodeOracle, ...(withCommand ? [opensslOracle] : [])];
  let compared = 0;
  const disagreements = oracles.flatMap((oracle) =>
    readingsOf(oracle, kind, inputs).flatMap((theirs, input): Disagreement[] => {
      if (theirs === undefined) return [];
      const mine = own[input] as Reading;
      compared += isRefused(mine) || isRefused(theirs) ? 1 : Object.keys(theirs).length;
      return compareReadings(mine, theirs).map((one) => ({ ...one, object: kind, oracle: oracle.name, input }));
    }),
  );
  const ofKind = EXPLANATIONS.filter(({ objects }) => objects.includes(kind));
  const readable = (parity: number): number => own.filter((one, i) => i % 2 === parity && !isRefused(one)).length;
  return {
    readable: { valid: readable(0), mutants: readable(1) },
    compared,
    disagreements,
    unexplained: disagreements.filter((one) => !ofKind.some((explanation) => explains(explanation, one))),
    stale: ofKind.filter(
      (explanation) =>
        (withCommand || explanation.oracles.join() !== 'openssl') &&
        !disagreements.some((one) => explains(explanation, one)),
    ),
  };
}

function readingsOf(oracle: Oracle, kind: ObjectKind, inputs: readonly Uint8Array[]): readonly (Reading | undefined)[] {
  return oracle.reads[kind]?.(inputs) ?? [];
}
