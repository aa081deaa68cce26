import { describe, expect, it } from '@jest/globals';
import { contract } from '../http/contract.ts';
import { adversarialInputs } from './adversarial-inputs.ts';
import { findBacktracking } from './find-backtracking.ts';
import {
  expressionsOf,
  expressionsOfSchemas,
  expressionsOfSources,
  isTriedFromEachPlace,
} from './regular-expressions.ts';

const { literals, makers } = expressionsOfSources();
const patterns = expressionsOfSchemas(contract.document, 'openapi.yaml');
const planted = (source: string, flags = '') => ({ where: 'planted', source, flags });

/** Tried from each place, with the reason why no stranger's text is quadratic for it. */
const FROM_EACH_PLACE: Readonly<Record<string, string>> = {
  '-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\\s]*)-----END CERTIFICATE-----':
    'files of the operator; and - is not in the class, so the loop ends where the next place begins',
  '-----BEGIN X509 CRL-----([A-Za-z0-9+/=\\s]*)-----END X509 CRL-----': 'as above',
  '\\/+$': 'addresses in the settings',
  '\\{(\\w+)\\}': 'path templates of our own contract',
  '\\{\\w+\\}': 'as above',
  '^\\s*(\\d+)\\s+(.*)$': 'what ps prints of one process',
};

describe('regular expressions', () => {
  it('are all found: literals of the sources, patterns of the contract', () => {
    expect(literals.length).toBeGreaterThan(80);
    expect(patterns.length).toBeGreaterThan(20);
    expect(expressionsOf('const a = b.split(/x+/g) as string[]; new RegExp(c)', 'f')).toEqual({
      literals: [{ where: 'f', source: 'x+', flags: 'g' }],
      makers: ['f'],
    });
  });

  it('are made of no text at run time, but by the sandbox of its own contract', () => {
    expect(makers).toEqual(['src/sandbox/http/contract.ts']);
  });

  it('do not backtrack beyond a multiple of the length of what is searched', () => {
    expect(findBacktracking([...literals, ...patterns])).toEqual([]);
  });

  it.each(['^(a+)+$', '^(?:[a-z0-9]+-?)+$', '^(?:\\w|[a-z])*;$', '^\\s*(?:\\d+\\s*)*x$', '^([A-Za-z]+[a-z]+)*@'])(
    'and one that does is found: %s',
    (source) => {
      expect(findBacktracking([planted('^[a-z]+$'), planted(source)])).toEqual([source]);
    },
  );

  it('and one is found that the engine cannot count', () => {
    const source = '^(?=(a+)+$)a';
    expect(findBacktracking([planted('^[a-z]+$'), planted(source)], 20_000)).toEqual([source]);
  });

  it('are not tried from each place of a text, but where that is known and said', () => {
    const sources = [...literals, ...patterns].filter(isTriedFromEachPlace).map(({ source }) => source);
    expect([...new Set(sources)].sort()).toEqual(Object.keys(FROM_EACH_PLACE).sort());
  });

  it.each([
    ['a+b', '', true],
    ['\\s*$', '', true],
    ['^\\s*x', 'm', true],
    ['^a+b', '', false],
    ['a+', 'g', false],
    ['[+*]b', '', false],
    ['\\+b', '', false],
  ])('of which %s /%s is one: %s', (source, flags, is) => {
    expect(isTriedFromEachPlace(planted(source, flags))).toBe(is);
  });

  it('are given texts that begin as they want and end as they do not', () => {
    const inputs = [...adversarialInputs(planted('^jpk_[a-f]+$'))];
    expect(inputs.some((input) => /^jpk_[a-f]{5000}$/.test(input.slice(0, -1)))).toBe(true);
  });
});
