import { WrongUsage } from './arguments.ts';
import { COMMAND_GROUPS } from './commands.ts';
import type { Terminal } from './terminal.ts';
import { USAGE } from './usage.ts';

const HELP = new Set(['help', '--help', '-h']);

/** Runs one `jpki` command. Exit codes: 0 done, 1 failed, 2 wrong usage. Faults of the program are thrown. */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
  if (args.length === 0 || args.some((arg) => HELP.has(arg))) {
    terminal.out(USAGE);
    return args.length === 0 ? 2 : 0;
  }
  const first = args[0] as string;
  const group = Object.hasOwn(COMMAND_GROUPS, first) ? COMMAND_GROUPS[first] : undefined;
  const commands = (await group?.()) ?? {};
  const words = [args.slice(0, 2).join(' '), first].find((name) => Object.hasOwn(commands, name));
  const command = words === undefined ? undefined : commands[words];
  if (words === undefined || command === undefined)
    return refuse(unknownCommand(args, Object.keys(commands)), terminal);
  try {
    return await command(args.slice(words.split(' ').length), terminal);
  } catch (error) {
    if (error instanceof WrongUsage) return refuse(error.message, terminal);
    const { failureSentences } = await import('./failure-sentences.ts');
    const sentences = failureSentences(error);
    if (sentences === undefined) throw error;
    for (const sentence of sentences) terminal.err(sentence);
    return 1;
  }
}

/** A command without its second word is the likeliest slip. */
function unknownCommand(args: readonly string[], group: readonly string[]): string {
  const seconds = group.filter((name) => name.startsWith(`${args[0]} `));
  const given = `There is no command "${args.slice(0, 2).join(' ')}".`;
  if (seconds.length === 0) return given;
  return `${given} There are ${seconds.join(', ')}.`;
}

function refuse(sentence: string, terminal: Terminal): number {
  terminal.err(sentence);
  terminal.err('"npm run jpki -- help" shows the commands. コマンドの一覧は help で表示されます。');
  return 2;
}
