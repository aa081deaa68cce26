import { WrongUsage } from './arguments.ts';
import { COMMANDS } from './commands.ts';
import { failureSentences } from './failure-sentences.ts';
import type { Terminal } from './terminal.ts';
import { USAGE } from './usage.ts';

const HELP = new Set(['help', '--help', '-h']);

/** Runs one `jpki` command. Exit codes: 0 done, 1 failed, 2 wrong usage. Faults of the program are thrown. */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
  if (args.length === 0 || args.some((arg) => HELP.has(arg))) {
    terminal.out(USAGE);
    return args.length === 0 ? 2 : 0;
  }
  const words = [args.slice(0, 2).join(' '), args[0] as string].find((name) => Object.hasOwn(COMMANDS, name));
  const command = words === undefined ? undefined : COMMANDS[words];
  if (words === undefined || command === undefined) return refuse(unknownCommand(args), terminal);
  try {
    return await command(args.slice(words.split(' ').length), terminal);
  } catch (error) {
    if (error instanceof WrongUsage) return refuse(error.message, terminal);
    const sentences = failureSentences(error);
    if (sentences === undefined) throw error;
    for (const sentence of sentences) terminal.err(sentence);
    return 1;
  }
}

/** A command without its second word is the likeliest slip. */
function unknownCommand(args: readonly string[]): string {
  const seconds = Object.keys(COMMANDS).filter((name) => name.startsWith(`${args[0]} `));
  const given = `There is no command "${args.slice(0, 2).join(' ')}".`;
  if (seconds.length === 0) return given;
  return `${given} There are ${seconds.join(', ')}.`;
}

function refuse(sentence: string, terminal: Terminal): number {
  terminal.err(sentence);
  terminal.err('"npm run jpki -- help" shows the commands. コマンドの一覧は help で表示されます。');
  return 2;
}
