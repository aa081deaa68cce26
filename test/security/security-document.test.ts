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
    const chapters = [...text.matchAll(/^\| V(\d+) /gm)].map(([, number]) => Number(number));
    expect(chapters).toEqual(Array.from({ length: 17 }, (_, index) => index + 1));
  });

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
