/**
 * Reads expressions as JSON from standard input and tries each with its adversarial inputs. Started by
 * `findBacktracking`, with the engine told to count backtracks and to print where they are too many.
 */
import { readFileSync, writeSync } from 'node:fs';
import { adversarialInputs } from './adversarial-inputs.ts';
import type { Expression } from './regular-expressions.ts';

const expressions = JSON.parse(readFileSync(0, 'utf8')) as readonly Expression[];
for (const expression of expressions) {
  // when this process is ended, the last one written is the one that would not come to an end
  writeSync(2, `${JSON.stringify(expression)}\n`);
  const compiled = new RegExp(expression.source, expression.flags);
  for (const input of adversarialInputs(expression)) input.search(compiled);
}
writeSync(2, 'done\n');
