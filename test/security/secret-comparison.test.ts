import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseSync } from '@swc/core';

/**
 * How long a wrong key takes says nothing of the right one, by design and not by measuring: a key is looked up by its HMAC
 * under a key of the deployment, of which a caller can choose no octet, and what was found is compared by timingSafeEqual.
 * Here the sources are held to it: nothing that is named like a secret is compared by === or its like.
 */
const SECRET = /(apiKey|keyHash|key_hash|secret|password|hmac|\bmac|Mac$|_mac$|token$)/;
const COMPARISONS = new Set(['===', '!==', '==', '!=']);
const COMPARING_CALLS = new Set(['equals', 'compare', 'localeCompare']);

const root = join(import.meta.dirname, '..', '..', 'src');

type Node = Record<string, unknown>;

/** The last name of `a`, `a.b`, `a?.b()`. */
function nameOf(node: Node | undefined): string {
  if (node === undefined || node === null) return '';
  if (node.type === 'Identifier') return String(node.value);
  if (node.type === 'MemberExpression') return nameOf(node.property as Node);
  if (node.type === 'CallExpression') return nameOf(node.callee as Node);
  if (node.type === 'OptionalChainingExpression') return nameOf(node.base as Node);
  return '';
}

const isConstant = ({ type, value }: Node) =>
  /Literal$/.test(String(type)) || (type === 'Identifier' && value === 'undefined');

function unsafeComparisons(text: string): readonly string[] {
  const found: string[] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const { type, operator, left, right, callee, arguments: given } = node as Record<string, unknown>;
    if (type === 'BinaryExpression' && COMPARISONS.has(String(operator))) {
      const sides = [left, right] as Node[];
      const isSecret = sides.some((side) => SECRET.test(nameOf(side)));
      if (isSecret && !sides.some(isConstant)) found.push(sides.map(nameOf).join(` ${operator} `));
    }
    if (type === 'CallExpression' && COMPARING_CALLS.has(nameOf(callee as Node))) {
      const owner = nameOf((callee as Node).object as Node);
      const others = ((given ?? []) as { expression: Node }[]).map(({ expression }) => nameOf(expression));
      if ([owner, ...others].some((name) => SECRET.test(name))) found.push(`${owner} equals ${others}`);
    }
    for (const inner of Object.values(node)) visit(inner);
  };
  visit(parseSync(text, { syntax: 'typescript', target: 'es2024' }));
  return found;
}

const sources = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
  // the sandbox has no secrets: its keys are published
  (file) => file.endsWith('.ts') && !file.startsWith('sandbox'),
);

describe('a secret', () => {
  it('is compared by timingSafeEqual alone', () => {
    const found = sources.flatMap((file) =>
      unsafeComparisons(readFileSync(join(root, file), 'utf8')).map((one) => `${file}: ${one}`),
    );
    expect(found).toEqual([]);
  });

  it('of a client is found by its keyed hash, which is then compared so', () => {
    const text = readFileSync(join(root, 'features/tenants/authentication.ts'), 'utf8');
    // under the key of today, and while hash keys are rotated under that of before
    expect(text).toMatch(/const hash = generation\.apiKey\(apiKey\);/);
    expect(text).toMatch(/const former = generation\.before\.apiKey\?\.\(apiKey\);/);
    const lookups = [...text.matchAll(/await store\.findByKey\((\w+)\)/g)].map(([, name]) => name);
    expect(lookups).toEqual(['former', 'hash']);
    expect(text).toMatch(/isSameKey\(found, former\)\) \{/);
    expect(text).toMatch(/return row !== undefined && isSameKey\(row, hash\) \? row : undefined;/);
    expect(text).toMatch(/if \(row === undefined\) return STRANGER;/);
    expect(text).toMatch(/timingSafeEqual\(key_hash, keyHash\)/);
  });

  it.each([
    'if (apiKey === row.apiKey) admit()',
    'if (row.key_hash !== hash) refuse()',
    'const same = found.hmac.equals(given)',
    'const same = Buffer.compare(expectedMac, given)',
  ])('compared otherwise is found: %s', (text) => {
    expect(unsafeComparisons(text)).toHaveLength(1);
  });

  it.each(['if (apiKey === undefined) refuse()', "if (token === '') refuse()", 'if (name === other) same()'])(
    'is not taken for what is none: %s',
    (text) => {
      expect(unsafeComparisons(text)).toEqual([]);
    },
  );
});
