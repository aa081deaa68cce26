import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { contract } from '../http/contract.ts';

const root = join(import.meta.dirname, '..', '..');
const text = readFileSync(join(root, 'docs', 'SECURITY.md'), 'utf8');

/** Paths within our own folders. */
const filesOf = (part: string): readonly string[] =>
  [...part.matchAll(/`((?:src|test|docs|migrations|fixtures|\.ci)\/[\w./-]+|openapi\.yaml|README\.md)`/g)].map(
    ([, path]) => path as string,
  );

interface Row {
  readonly door: string;
  readonly letters: string;
  readonly control: string;
  readonly tests: readonly string[];
}

/** The rows of the tables of threats. */
function rowsOf(part: string): readonly Row[] {
  let door = '';
  return part.split('\n').flatMap((line) => {
    if (line.startsWith('### ')) door = line.slice(4);
    const [, letters = '', , control = '', tests = ''] = line.split('|').map((cell) => cell.trim());
    return /^[STRIDE]( [STRIDE])*$/.test(letters) ? [{ door, letters, control, tests: filesOf(tests) }] : [];
  });
}

const rows = rowsOf(text.slice(text.indexOf('## Threats'), text.indexOf('## Cryptography')));
const doors = [...new Set(rows.map(({ door }) => door))];

/**
 * ASVS 5.0.0: its chapters, and of each of their sections how many requirements are of level 1 or 2. Those of level 3 come
 * last in every section. 253 in all.
 */
const REQUIREMENTS: Readonly<Record<number, readonly (readonly [section: number, count: number])[]>> = {
  1: [
    [1, 2],
    [2, 9],
    [3, 11],
    [4, 3],
    [5, 2],
  ],
  2: [
    [1, 3],
    [2, 3],
    [3, 4],
    [4, 1],
  ],
  3: [
    [2, 2],
    [3, 4],
    [4, 6],
    [5, 5],
    [7, 2],
  ],
  4: [
    [1, 3],
    [2, 1],
    [3, 2],
    [4, 4],
  ],
  5: [
    [1, 1],
    [2, 3],
    [3, 2],
    [4, 3],
  ],
  6: [
    [1, 3],
    [2, 12],
    [3, 4],
    [4, 4],
    [5, 5],
    [6, 3],
    [8, 4],
  ],
  7: [
    [1, 3],
    [2, 4],
    [3, 2],
    [4, 5],
    [5, 2],
    [6, 2],
  ],
  8: [
    [1, 2],
    [2, 3],
    [3, 1],
    [4, 1],
  ],
  9: [
    [1, 3],
    [2, 4],
  ],
  10: [
    [1, 2],
    [2, 2],
    [3, 4],
    [4, 11],
    [5, 5],
    [6, 2],
    [7, 3],
  ],
  11: [
    [1, 2],
    [2, 3],
    [3, 3],
    [4, 4],
    [5, 1],
    [6, 1],
  ],
  12: [
    [1, 3],
    [2, 2],
    [3, 4],
  ],
  13: [
    [1, 1],
    [2, 5],
    [3, 2],
    [4, 5],
  ],
  14: [
    [1, 2],
    [2, 4],
    [3, 3],
  ],
  15: [
    [1, 3],
    [2, 3],
    [3, 7],
  ],
  16: [
    [1, 1],
    [2, 5],
    [3, 4],
    [4, 3],
    [5, 3],
  ],
  17: [
    [1, 1],
    [2, 4],
    [3, 2],
  ],
};

/** What a cell names of the chapter's requirements: `1.2.3`, `1.2.3–1.2.6`, a section `4.3`, `6.4–6.6`. */
function requirementsIn(cell: string, all: readonly string[]): string[] {
  const words = cell.replaceAll(/`[^`]*`/g, '');
  return [...words.matchAll(/(?<![\d.])(\d+\.\d+(?:\.\d+)?)(?:–(\d+\.\d+(?:\.\d+)?))?(?![\d.]*\d)/g)].flatMap(
    ([, from = '', until = from]) => all.filter((one) => isBetween(partsOf(one), partsOf(from), partsOf(until))),
  );
}

const partsOf = (id: string): readonly number[] => id.split('.').map(Number);

/** A section stands for all that is in it. */
const isBetween = (one: readonly number[], from: readonly number[], until: readonly number[]): boolean =>
  compare(one.slice(0, from.length), from) >= 0 && compare(one.slice(0, until.length), until) <= 0;

const compare = (one: readonly number[], other: readonly number[]): number =>
  one.map((part, place) => part - (other[place] ?? 0)).find((difference) => difference !== 0) ?? 0;

describe('docs/SECURITY.md', () => {
  it('names files that there are', () => {
    expect(filesOf(text).length).toBeGreaterThan(100);
    expect(filesOf(text).filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });

  it('has the eight doors of the house', () => {
    expect(doors.map((door) => door.split(/[\s,:]/)[0])).toEqual(
      'HTTP Administration Database Gateway Keys Command Evidence Logs'.split(' '),
    );
  });

  it.each(doors)('says something of each letter of STRIDE at the door %s', (door) => {
    const letters = rows.filter((row) => row.door === door).flatMap((row) => row.letters.split(' '));
    expect([...new Set(letters)].sort().join('')).toBe('DEIRST');
  });

  it('shows each control by a test, or says why there is none', () => {
    const without = rows.filter(({ tests }) => !tests.some((file) => file.endsWith('.test.ts')));
    const lines = text.split('\n').filter((line) => /^\| [STRIDE ]+ \|/.test(line));
    for (const { letters, door } of without) {
      const line = lines.find((one) => one.startsWith(`| ${letters} |`) && /reason:|not done/.test(one));
      expect([door, letters, line !== undefined]).toEqual([door, letters, true]);
    }
    expect(without.length).toBeLessThan(5);
  });

  it('names every test of this folder', () => {
    const own = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.test.ts'));
    const named = new Set(filesOf(text));
    expect(own.filter((name) => !named.has(`test/security/${name}`))).toEqual([]);
  });

  it('goes through every chapter of ASVS 5', () => {
    const counts = Object.values(REQUIREMENTS).flatMap((sections) => sections.map(([, count]) => count));
    expect(counts.reduce((sum, count) => sum + count)).toBe(253);
    const chapters = [...text.matchAll(/^\| V(\d+) /gm)].map(([, number]) => Number(number));
    expect(chapters).toEqual(Array.from({ length: 17 }, (_, index) => index + 1));
  });

  it.each(Object.entries(REQUIREMENTS))(
    'says of each requirement of V%s at levels 1 and 2 whether it is met',
    (chapter, sections) => {
      const all = sections.flatMap(([section, count]) =>
        Array.from({ length: count }, (_, place) => `${chapter}.${section}.${place + 1}`),
      );
      const line = text.split('\n').find((one) => one.startsWith(`| V${chapter} `)) ?? '';
      const cells = line
        .split('|')
        .slice(2, 5)
        .map((cell) => requirementsIn(cell, all));
      const named = cells.flat();
      const rest = /the rest|\ball\b/.test(line.split('|')[4] ?? '') ? all.filter((one) => !named.includes(one)) : [];
      expect([...named, ...rest].sort()).toEqual([...all].sort());
    },
  );

  it('is linked by the README', () => {
    expect(readFileSync(join(root, 'README.md'), 'utf8')).toContain('](docs/SECURITY.md)');
  });
});

it('no answer is CSV', () => {
  const types = contract.operations.flatMap(({ responses }) =>
    [...responses.values()].flatMap((one) => [...one.keys()]),
  );
  expect([...new Set(types)].sort()).not.toContain('text/csv');
  expect(types).toContain('application/json');
});
