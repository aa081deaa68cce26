import { describe, expect, it } from '@jest/globals';
import { firstIdAt, isId, newId } from '../../src/platform/ids.ts';

const NOW = Date.UTC(2026, 10, 22, 12);

describe('newId', () => {
  it('is the prefix and 26 characters of base32', () => {
    expect(newId('ver', NOW)).toMatch(/^ver_[0-7][0-9a-hjkmnp-tv-z]{25}$/);
  });

  it('is a UUIDv7 underneath: time, version, variant', () => {
    const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
    let value = 0n;
    for (const character of newId('sub', NOW).slice(4)) value = (value << 5n) | BigInt(alphabet.indexOf(character));
    expect(value >> 80n).toBe(BigInt(NOW));
    expect((value >> 76n) & 0xfn).toBe(7n);
    expect((value >> 62n) & 0b11n).toBe(0b10n);
  });

  it('sorts by time, and by order of making within one millisecond', () => {
    const earlier = newId('ver', NOW - 1);
    const same = Array.from({ length: 5_000 }, () => newId('ver', NOW));
    const later = newId('ver', NOW + 1);
    const made = [earlier, ...same, later];
    expect([...made].sort()).toEqual(made);
    expect(new Set(made).size).toBe(made.length);
  });

  it('a time in the future does not spoil the ids of the present', () => {
    const future = newId('ver', NOW + 1e9);
    expect(newId('ver', NOW) < future).toBe(true);
  });
});

describe('firstIdAt', () => {
  it('parts the ids of a millisecond from those before', () => {
    expect(firstIdAt('ver', NOW) > newId('ver', NOW - 1)).toBe(true);
    expect(firstIdAt('ver', NOW) <= newId('ver', NOW)).toBe(true);
  });

  it.each([
    ['before the first', -62_135_596_800_000, 0],
    ['behind the last', 9e15, 2 ** 48 - 1],
  ])('an instant %s is that one', (_where, instant, nearest) => {
    expect(firstIdAt('ver', instant)).toBe(firstIdAt('ver', nearest));
    expect(isId('ver', firstIdAt('ver', instant))).toBe(true);
  });
});

describe('isId', () => {
  it('accepts what newId makes', () => {
    expect(isId('chl', newId('chl', NOW))).toBe(true);
  });

  it.each([
    ['another prefix', 'sub_06cvh36x7wqg2a3b4c5d6e7f8g'],
    ['no separator', 'chl06cvh36x7wqg2a3b4c5d6e7f8g'],
    ['too short', 'chl_06cvh36x7wqg2a3b4c5d6e7f8'],
    ['too long', 'chl_06cvh36x7wqg2a3b4c5d6e7f8gg'],
    ['upper case', 'chl_06CVH36X7WQG2A3B4C5D6E7F8G'],
    ['a letter that is not in the alphabet', 'chl_06cvh36x7wqg2a3b4c5d6e7f8u'],
    ['more than 128 bits', 'chl_86cvh36x7wqg2a3b4c5d6e7f8g'],
    ['a line feed at the end', 'chl_06cvh36x7wqg2a3b4c5d6e7f8g\n'],
    ['nothing', ''],
  ])('refuses %s', (_what, text) => {
    expect(isId('chl', text)).toBe(false);
  });
});
