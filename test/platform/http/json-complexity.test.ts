import { describe, expect, it } from '@jest/globals';
import { isWithinComplexity, MAX_DEPTH, MAX_VALUES, repeatsName } from '../../../src/platform/http/json-complexity.ts';

const within = (text: string) => isWithinComplexity(Buffer.from(text, 'utf8'));
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

describe('depth', () => {
  it('has a limit, and the limit is allowed', () => {
    expect(within(nested(MAX_DEPTH))).toBe(true);
    expect(within(nested(MAX_DEPTH + 1))).toBe(false);
    expect(within('{"a":'.repeat(MAX_DEPTH + 1))).toBe(false);
  });

  it('is not counted side by side', () => {
    expect(within(`[${Array.from({ length: 100 }, () => '[]').join(',')}]`)).toBe(true);
  });
});

describe('values', () => {
  it('have a limit', () => {
    const list = (count: number) => `[${Array.from({ length: count }, () => '1').join(',')}]`;
    expect(within(list(MAX_VALUES - 2))).toBe(true);
    expect(within(list(MAX_VALUES + 1))).toBe(false);
  });
});

describe('text', () => {
  it('counts for nothing, whatever is in it', () => {
    const text = '[{,'.repeat(20_000);
    expect(within(JSON.stringify(text))).toBe(true);
    expect(within(JSON.stringify(`\\"${text}\\`))).toBe(true);
    expect(within(JSON.stringify(`日本語${text}`))).toBe(true);
  });

  it('that never ends is no crash', () => {
    expect(within('"abc\\')).toBe(true);
    expect(within('"')).toBe(true);
  });
});

describe('a name', () => {
  const repeats = (text: string) => repeatsName(Buffer.from(text, 'utf8'), JSON.parse(text));

  it.each([
    '{"a":1,"a":2}',
    '{"a":1,"\\u0061":2}',
    '{"b":[{"a":1,"c":{},"a":{"x":1}}]}',
    '{"__proto__":1,"__proto__":2}',
    '{"":1,"":2}',
    '{"a\\"":1,"a\\"":":"}',
  ])('given twice is seen: %s', (text) => {
    expect(repeats(text)).toBe(true);
  });

  it.each([
    '{"a":1,"b":{"a":{"a":[{"a":1},{"a":2}]}}}',
    '{"__proto__":1,"constructor":{"length":1}}',
    '{"a":":","b:":"\\":\\\\"}',
    '["a:a",{},[],":",1,null]',
    '" : "',
    '{"1":1,"01":2," 1":3}',
  ])('given once is not: %s', (text) => {
    expect(repeats(text)).toBe(false);
  });
});
