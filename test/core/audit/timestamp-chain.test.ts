import { describe, expect, it } from '@jest/globals';
import { createGrowingTree } from '../../../src/core/audit/growing-tree.ts';
import { buildInclusionProof, buildRoot } from '../../../src/core/audit/merkle-tree.ts';
import {
  type ChainReading,
  selectLinks,
  type TimestampLink,
  verifyTimestampChain,
} from '../../../src/core/audit/timestamp-chain.ts';
import { endOf, type TimestampFacts } from '../../../src/core/audit/timestamp-facts.ts';
import { concatBytes } from '../../../src/core/bytes.ts';
import { sha256 } from './crypto.ts';
import { makeToken, readToken, sealHash } from './timestamps.ts';

const T0 = Date.parse('2026-06-01T00:00:00Z');
const YEAR = 365 * 24 * 3_600_000;

/** Timestamps 1 to 4, each over ten seals, a year apart; authorities live for two years. The chain of seal 3: 1, 2 and 4. */
function chain(facts: (number: number) => Partial<TimestampFacts> = () => ({})): TimestampLink[] {
  const tokens = createGrowingTree(sha256);
  const digests: Uint8Array[] = [];
  const links: TimestampLink[] = [];
  for (let number = 1; number <= 4; number++) {
    const firstBatch = (number - 1) * 10 + 1;
    const leaves = concatBytes(...Array.from({ length: 10 }, (_, n) => sealHash(firstBatch + n)));
    const stamped = {
      ...{ number, firstBatch, lastBatch: firstBatch + 9 },
      ...{ sealsRoot: buildRoot(sha256, leaves), timestampsRoot: tokens.root() },
    };
    const genTime = T0 + number * YEAR;
    const until = { genTime, validUntil: genTime + 2 * YEAR };
    const before = links.at(-1)?.number;
    const path =
      before === undefined
        ? buildInclusionProof(sha256, leaves, 2)
        : buildInclusionProof(sha256, concatBytes(...digests), before - 1);
    const token = makeToken(stamped, { ...until, ...facts(number) });
    tokens.append(sha256(token));
    digests.push(sha256(token));
    if (number !== 3) links.push({ ...stamped, token, path: path ?? [] });
  }
  return links;
}

const now = T0 + 5 * YEAR;
const reading = (change: Partial<ChainReading> = {}): ChainReading => ({
  ...{ sha256, read: readToken, ends: new Map(), now },
  ...change,
});
const verify = (links: readonly TimestampLink[], change: Partial<ChainReading> = {}) =>
  verifyTimestampChain({ sealHash: sealHash(3), batch: 3, links }, reading(change));
const lapsed = (verdicts: ReturnType<typeof verify>) =>
  verdicts?.filter((one) => one.lapsed).map(({ number, end }) => [number, end.of]);

it('holds when each link was good at the time of the next, and the last one is good now', () => {
  const verdicts = verify(chain());
  expect(verdicts?.map(({ number, neededUntil }) => [number, neededUntil])).toEqual([
    [1, T0 + 2 * YEAR],
    [2, T0 + 4 * YEAR],
    [4, now],
  ]);
  expect(lapsed(verdicts)).toEqual([]);
});

describe('a link lapsed', () => {
  it('when its certificate had ended at the next one, to the millisecond', () => {
    const ends = (at: number) => chain((number) => (number === 2 ? { validUntil: T0 + 4 * YEAR + at } : {}));
    expect(lapsed(verify(ends(0)))).toEqual([]);
    expect(lapsed(verify(ends(-1)))).toEqual([[2, 'certificate']]);
  });

  it('when its algorithm had ended at the next one: from the instant of its end on', () => {
    const only2 = chain((number) => (number === 2 ? { algorithms: ['RSA-2048'] } : { algorithms: ['RSA-4096'] }));
    const ends = (at: number) => ({ ends: new Map([['RSA-2048', T0 + 4 * YEAR + at]]) });
    expect(lapsed(verify(only2, ends(1)))).toEqual([]);
    expect(lapsed(verify(only2, ends(0)))).toEqual([[2, 'RSA-2048']]);
  });

  it('when it is the last one and has ended now', () => {
    expect(lapsed(verify(chain(), { now: T0 + 6 * YEAR }))).toEqual([]);
    expect(lapsed(verify(chain(), { now: T0 + 6 * YEAR + 1 }))).toEqual([[4, 'certificate']]);
  });

  it('all of them that did are named', () => {
    const short = chain(() => ({ validUntil: T0 }));
    expect(lapsed(verify(short))).toEqual([1, 2, 4].map((number) => [number, 'certificate']));
  });
});

it('names by its end whatever comes first', () => {
  const facts = {
    genTime: 0,
    validUntil: 99,
    authorityUntil: 99,
    algorithms: ['A', 'B'],
    authority: '',
    trusted: true,
  };
  expect(endOf(facts, new Map())).toEqual({ at: 100, of: 'certificate' });
  expect(endOf(facts, new Map([['A', 100]]))).toEqual({ at: 100, of: 'certificate' });
  const ends = new Map([['A', 98]]).set('B', 97).set('C', 1);
  expect(endOf(facts, ends)).toEqual({ at: 97, of: 'B' });
});

it('tells of a link whose authority is not trusted', () => {
  const verdicts = verify(chain((number) => ({ trusted: number !== 2 })));
  expect(verdicts?.map(({ trusted }) => trusted)).toEqual([true, false, true]);
});

describe('is no chain', () => {
  const without = (place: number) => chain().filter((_, n) => n !== place);
  const changed = (place: number, change: Partial<TimestampLink>) =>
    chain().map((link, n) => (n === place ? { ...link, ...change } : link));
  const other = chain((number) => ({ genTime: T0 + number * YEAR + 1 }));

  it.each<[string, readonly TimestampLink[]]>([
    ['without a link', []],
    ['that does not begin with one over the seal', without(0)],
    ['in which a link is not over the one before', without(1)],
    ['in which a link stands twice', [...chain().slice(0, 1), ...chain()]],
    ['with another token', changed(1, { token: (other[1] as TimestampLink).token })],
    ['with a link that belongs to another chain', [...chain().slice(0, 2), other[2] as TimestampLink]],
    ['with a seal path altered', changed(0, { path: [sealHash(1)] })],
    ['with a token path altered', changed(2, { path: [] })],
    ['with another number', changed(2, { number: 5 })],
    ['with another last batch', changed(1, { lastBatch: 21 })],
    ['with octets that are no token', changed(2, { token: new Uint8Array([1]) })],
    ['whose times go back', chain((number) => (number === 4 ? { genTime: T0 } : {}))],
  ])('%s', (_what, links) => {
    expect(verify(links)).toBeUndefined();
  });

  it('of a seal that it is not over', () => {
    expect(verifyTimestampChain({ sealHash: sealHash(3), batch: 4, links: chain() }, reading())).toBeUndefined();
    expect(verifyTimestampChain({ sealHash: sealHash(4), batch: 3, links: chain() }, reading())).toBeUndefined();
    expect(verifyTimestampChain({ sealHash: sealHash(3), batch: -1, links: chain() }, reading())).toBeUndefined();
  });
});

it('selects of many the first, and each that ends later than those before it', () => {
  const ends = [5, 5, 4, 7, 7, 6, 9].map((at, place) => ({ place, end: { at, of: 'certificate' } }));
  expect(selectLinks(ends).map(({ place }) => place)).toEqual([0, 3, 6]);
  expect(selectLinks([])).toEqual([]);
});
