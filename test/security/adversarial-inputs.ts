import type { Expression } from './regular-expressions.ts';

const REPEATED = 5_000;
const ATOM =
  /\\[pP]\{[^}]+\}|\\u\{[^}]+\}|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|\\.|\[(?:\\.|[^\]\\])*\]|[^()|*+?{}^$\\[]/gu;
const CANDIDATES = [...Array(0x7f).keys()]
  .map((code) => String.fromCharCode(code))
  .concat('\u0085', '\u0301', '〓', '\uff9e');
/** What no expression of ours waits for at the end. */
const ENDS = ['\u0000', '\n!', ''];

/** A character or two that each part of the expression takes. */
function samplesOf({ source, flags }: Expression): readonly (readonly string[])[] {
  const bare = source.replaceAll(/\(\?(?:<?[=!:]|<\w+>)|(?<!\\)\{\d+,?\d*\}/g, '');
  return [...bare.matchAll(ATOM)].flatMap(([atom]) => {
    const one = compileAtom(atom, flags);
    const taken = CANDIDATES.filter((candidate) => one?.test(candidate));
    return taken.length === 0 ? [] : [[taken.at(-1) as string, taken[Math.floor(taken.length / 2)] as string]];
  });
}

function compileAtom(atom: string, flags: string): RegExp | undefined {
  try {
    return new RegExp(`^(?:${atom})$`, flags.replaceAll(/[gy]/g, ''));
  } catch {
    return undefined; // an anchor, a back reference
  }
}

/** Texts that begin as it wants, repeat one to three of its parts thousands of times, and end as it does not. */
export function* adversarialInputs(expression: Expression): Generator<string> {
  const samples = samplesOf(expression);
  const word = samples.map(([first]) => first);
  const pumps = new Set<string>([word.join('').slice(0, 64)]);
  for (let at = 0; at < samples.length; at += 1) {
    for (const pump of pumpsAt(samples, at)) {
      pumps.add(pump);
      for (const end of ENDS) yield word.slice(0, at).join('') + pump.repeat(REPEATED) + end;
    }
  }
  for (const pump of pumps) yield `${pump.repeat(REPEATED)}\u0000`;
}

function pumpsAt(samples: readonly (readonly string[])[], at: number): readonly string[] {
  const [one = [], two = [], three = []] = samples.slice(at);
  return [...new Set([...one, one.join(''), `${one[0]}${two[0] ?? ''}`, `${one[0]}${two[0] ?? ''}${three[0] ?? ''}`])];
}
