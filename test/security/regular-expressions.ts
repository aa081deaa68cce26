import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from '@swc/core';

export interface Expression {
  readonly where: string;
  readonly source: string;
  readonly flags: string;
}

const root = join(import.meta.dirname, '..', '..');

/** Every regular expression literal of our sources, and the files that make one of a text at run time. */
export function expressionsOfSources(): {
  readonly literals: readonly Expression[];
  readonly makers: readonly string[];
} {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.ts'));
  const found = files.map((file) => expressionsOf(readFileSync(join(root, 'src', file), 'utf8'), `src/${file}`));
  return { literals: found.flatMap((one) => one.literals), makers: found.flatMap((one) => one.makers) };
}

export function expressionsOf(text: string, where: string) {
  const literals: Expression[] = [];
  const makers: string[] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const { type, pattern, flags, callee } = node as Record<string, unknown>;
    if (type === 'RegExpLiteral') literals.push({ where, source: String(pattern), flags: String(flags) });
    const makes = type === 'NewExpression' || type === 'CallExpression';
    if (makes && (callee as { value?: unknown }).value === 'RegExp') makers.push(where);
    for (const inner of Object.values(node)) visit(inner);
  };
  visit(parseSync(text, { syntax: 'typescript', target: 'es2024' }));
  return { literals, makers };
}

/** Every `pattern` of a schema, as the validator compiles it. */
export function expressionsOfSchemas(value: unknown, where: string): readonly Expression[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'pattern' && typeof inner === 'string'
      ? [{ where, source: inner, flags: 'u' }]
      : expressionsOfSchemas(inner, `${where}/${key}`),
  );
}

/**
 * Can it begin anywhere and go on without end before something that may be missing? Such a search is tried again from each
 * place, quadratic on a long text, which the engine's count of backtracks does not see for a loop over one class.
 */
export function isTriedFromEachPlace({ source, flags }: Expression): boolean {
  if (source.startsWith('^') && !flags.includes('m')) return false;
  return /(?<!\\)[+*](?!$)|(?<!\\)\{\d+,\}(?!$)/.test(source.replaceAll(/\[(?:\\.|[^\]\\])*\]/g, 'C'));
}
