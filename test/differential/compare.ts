import { isRefused, type ObjectKind, type Reading } from './facts.ts';

/** One fact about one input on which we and somebody else differ. */
export interface Disagreement {
  readonly object: ObjectKind;
  readonly oracle: string;
  /** `accepted`, or the name of a fact. */
  readonly fact: string;
  readonly ours: string;
  readonly theirs: string;
  /** Index of the input. */
  readonly input: number;
}

/** Why such disagreements are right: who says what, by patterns, and the clause that decides. */
export interface Explanation {
  readonly objects: readonly ObjectKind[];
  /** `*`: whoever it is, for what a clause forbids and we refuse. */
  readonly oracles: readonly string[];
  readonly fact: string;
  readonly ours: string;
  readonly theirs: string;
  /** Which inputs, where what the other says is too vague to go by. */
  readonly inputs?: readonly number[];
  readonly clause: string;
  readonly reason: string;
}

/** Positions and tags in a message say nothing about the rule. */
const words = (message: string): string => message.split('\n')[0]?.replace(/ at offset \d+/, '') ?? '';

export function compareReadings(
  ours: Reading,
  theirs: Reading,
): readonly Pick<Disagreement, 'fact' | 'ours' | 'theirs'>[] {
  if (isRefused(ours) && isRefused(theirs)) return [];
  if (isRefused(ours)) return [{ fact: 'accepted', ours: words(ours.refused), theirs: 'accepted' }];
  if (isRefused(theirs)) return [{ fact: 'accepted', ours: 'accepted', theirs: words(theirs.refused) }];
  return Object.entries(theirs)
    .filter(([fact, said]) => ours[fact] !== undefined && ours[fact] !== said)
    .map(([fact, said]) => ({ fact, ours: ours[fact] ?? '', theirs: said }));
}

export function explains(explanation: Explanation, disagreement: Disagreement): boolean {
  const { object, oracle, fact, ours, theirs, input } = disagreement;
  return (
    (explanation.inputs === undefined || explanation.inputs.includes(input)) &&
    explanation.objects.includes(object) &&
    (explanation.oracles.includes('*') || explanation.oracles.includes(oracle)) &&
    new RegExp(`^(?:${explanation.fact})$`).test(fact) &&
    new RegExp(explanation.ours).test(ours) &&
    new RegExp(explanation.theirs).test(theirs)
  );
}
