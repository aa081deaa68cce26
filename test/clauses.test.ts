import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

const table = readFileSync(new URL('CLAUSES.md', import.meta.url), 'utf8');
const ROW = /^\| (?!clause|-)(.+?) \| (.+?) \| (\S+\.test\.ts): (.+) \|$/gm;
const rows = [...table.matchAll(ROW)].map(([, clause = '', rule = '', file = '', title = '']) => ({
  ...{ clause, rule, file, title },
}));

describe('CLAUSES.md', () => {
  it('is read as a whole', () => {
    const lines = table.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| clause'));
    expect(rows.length).toBe(lines.length);
    expect(rows.length).toBeGreaterThan(100);
  });

  it('names tests that are there', () => {
    const missing = rows.filter(({ file, title }) => {
      const text = readFileSync(new URL(file, import.meta.url), 'utf8');
      return !text.includes(title);
    });
    expect(missing).toEqual([]);
  });
});
