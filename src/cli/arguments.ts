import { type ParseArgsConfig, parseArgs } from 'node:util';
import type { Terminal } from './terminal.ts';

/** The command line is not one of those documented; `message` says why. */
export class WrongUsage extends Error {}

/** Arguments after the command's words → exit code. */
export type Command = (args: readonly string[], terminal: Terminal) => Promise<number>;

export const JSON_OPTION = { json: { type: 'boolean' } } as const;

export function readArguments<T extends ParseArgsConfig>(args: readonly string[], config: T) {
  try {
    return parseArgs({ ...config, args: [...args], strict: true });
  } catch (error) {
    throw new WrongUsage((error as Error).message);
  }
}

/** `what`: as in `tenant name`. */
export function onlyOne(positionals: readonly string[], what: string): string {
  const [name] = positionals;
  if (name === undefined || positionals.length > 1) throw new WrongUsage(`Give exactly one ${what}.`);
  return name;
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** A day of the calendar: Date.parse takes 30 February for 2 March. */
export function isDate(value: unknown): value is string {
  if (typeof value !== 'string' || !DATE.test(value)) return false;
  const instant = Date.parse(value);
  return !Number.isNaN(instant) && new Date(instant).toISOString().startsWith(value);
}
