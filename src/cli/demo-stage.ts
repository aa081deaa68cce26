import type { Verdict } from './demo-wire.ts';

const paint = (code: number) => (text: string) => `\u001b[${code}m${text}\u001b[0m`;
const bold = paint(1);
const dim = paint(2);
const red = paint(31);
const green = paint(32);
const cyan = paint(36);

/** What the tour says on the screen, and whether all that it promised came true. */
export interface Stage {
  scene(japanese: string, english: string): void;
  tell(line: string): void;
  /** Shows the verdict beside what was promised. */
  expect(verdict: Verdict, promised: Promised, about?: string): void;
  expectThat(holds: boolean, sentence: string): void;
  readonly kept: boolean;
}

export interface Promised {
  readonly indication: string;
  readonly subIndication?: string;
  /** A check that must have failed. */
  readonly failedCheck?: string;
}

const failedChecks = (verdict: Verdict) => verdict.checks.filter(({ outcome }) => outcome === 'failed');

/** Why a source's answer was not taken tells more than that none was. */
function reasonsOf(verdict: Verdict): readonly string[] {
  const refusals = (verdict.revocation?.attempts ?? []).flatMap(({ method, refusal }) =>
    refusal === null ? [] : [`${method}: ${refusal}`],
  );
  const failed = failedChecks(verdict).map(({ check, clause }) => `${check} — ${clause}`);
  return verdict.subIndication === 'TRY_LATER' && refusals.length > 0 ? refusals : failed;
}

function isKept(verdict: Verdict, promised: Promised): boolean {
  const { failedCheck } = promised;
  return (
    verdict.indication === promised.indication &&
    verdict.subIndication === (promised.subIndication ?? null) &&
    (failedCheck === undefined || failedChecks(verdict).some(({ check }) => check === failedCheck))
  );
}

const wordsOf = (promised: Promised): string =>
  [promised.indication, promised.subIndication, promised.failedCheck].filter((word) => word !== undefined).join(' / ');

export function createStage(print: (line: string) => void): Stage {
  let scenes = 0;
  let kept = true;
  const mark = (holds: boolean) => {
    kept &&= holds;
    return holds ? green('✓') : red('✗');
  };
  return {
    get kept() {
      return kept;
    },
    scene: (japanese, english) => {
      scenes += 1;
      print('');
      print(bold(cyan(`${scenes}. ${japanese}`)));
      print(dim(`   ${english}`));
    },
    tell: (line) => print(`   ${line}`),
    expect: (verdict, promised, about) => {
      const holds = isKept(verdict, promised);
      const { indication, subIndication } = verdict;
      const colour = indication === 'TOTAL-PASSED' ? green : red;
      const words = subIndication === null ? indication : `${indication} / ${subIndication}`;
      print(`   ${mark(holds)} ${about === undefined ? '' : `${about}: `}${bold(colour(words))}`);
      for (const reason of reasonsOf(verdict)) print(dim(`       ${reason}`));
      if (!holds) print(red(`       expected ${wordsOf(promised)}`));
    },
    expectThat: (holds, sentence) => print(`   ${mark(holds)} ${sentence}`),
  };
}
