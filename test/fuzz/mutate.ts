import { concatBytes } from '../../src/core/bytes.ts';
import { header, type Place, spliceDer } from './der-map.ts';
import { CONTENTS, LENGTHS, OCTETS, TAGS } from './interesting.ts';
import type { Random } from './random.ts';

/** A seed, with its data values mapped. */
export interface Mapped {
  readonly bytes: Uint8Array;
  readonly places: readonly Place[];
}

/** One thing changed, at random. `other` lends parts. */
export type Mutation = (seed: Mapped, random: Random, other: Mapped) => Uint8Array;

const flipBit: Mutation = ({ bytes }, random) => {
  const out = bytes.slice();
  const at = random.below(out.length);
  out[at] = (out[at] ?? 0) ^ (1 << random.below(8));
  return out;
};
const setOctet: Mutation = ({ bytes }, random) => {
  const out = bytes.slice();
  out[random.below(out.length)] = random.oneIn(2) ? random.pick(OCTETS) : random.next();
  return out;
};
const deleteRun: Mutation = ({ bytes }, random) => {
  const at = random.below(bytes.length);
  return concatBytes(bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(random.oneIn(4) ? 64 : 4)));
};
const insertRun: Mutation = ({ bytes }, random) => {
  const at = random.below(bytes.length + 1);
  return concatBytes(bytes.subarray(0, at), random.octets(1 + random.below(4)), bytes.subarray(at));
};
const truncate: Mutation = ({ bytes }, random) => bytes.slice(0, random.below(bytes.length + 1));
const crossOver: Mutation = ({ bytes }, random, other) => {
  const at = random.below(bytes.length);
  return concatBytes(bytes.subarray(0, at), other.bytes.subarray(random.below(other.bytes.length)));
};

const pickPlace = ({ places }: Mapped, random: Random): Place | undefined => places[random.below(places.length)];
const replace = ({ bytes, places }: Mapped, place: Place, by: Uint8Array): Uint8Array =>
  spliceDer(bytes, places, place.parent, place.start, place.end, by);
const derOf = ({ bytes }: Mapped, { start, end }: Place): Uint8Array => bytes.subarray(start, end);

/** A mutation of one data value, the lengths around it put right. */
const onPlace =
  (change: (seed: Mapped, place: Place, random: Random, other: Mapped) => Uint8Array): Mutation =>
  (seed, random, other) => {
    const place = pickPlace(seed, random);
    return place === undefined ? flipBit(seed, random, other) : change(seed, place, random, other);
  };

const drop = onPlace((seed, place) => replace(seed, place, new Uint8Array()));
/** Counts are bounded: now and then one is exceeded. */
const manyTimes = onPlace((seed, place, random) => {
  if (!random.oneIn(12)) return replace(seed, place, concatBytes(derOf(seed, place), derOf(seed, place)));
  const der = derOf(seed, place);
  const times = Math.min(random.pick([8, 17, 65, 129, 1025]), Math.floor(24_000 / Math.max(der.length, 1)));
  return replace(seed, place, concatBytes(...Array.from({ length: times }, () => der)));
});
const swap = onPlace((seed, place, random) => {
  const siblings = seed.places.filter(({ parent, start }) => parent === place.parent && start > place.start);
  const other = siblings[random.below(siblings.length)];
  if (other === undefined) return replace(seed, place, new Uint8Array());
  const between = seed.bytes.subarray(place.end, other.start);
  const turned = concatBytes(derOf(seed, other), between, derOf(seed, place));
  return spliceDer(seed.bytes, seed.places, place.parent, place.start, other.end, turned);
});
const retag = onPlace(({ bytes }, place, random) => {
  const out = bytes.slice();
  out[place.start] = random.oneIn(3) ? place.tag ^ (1 << random.below(8)) : random.pick(TAGS);
  return out;
});
const refill = onPlace((seed, place, random) => {
  const choices = CONTENTS.get(random.oneIn(8) ? random.pick([...CONTENTS.keys()]) : place.tag);
  const content = choices === undefined ? random.octets(random.below(24)) : random.pick(choices);
  return replace(seed, place, concatBytes(header(place.tag, content.length), content));
});
const empty = onPlace((seed, place) => replace(seed, place, Uint8Array.of(place.tag, 0)));
const lieAboutLength = onPlace((seed, place, random) => {
  const content = seed.bytes.subarray(place.contentStart, place.end);
  return replace(seed, place, concatBytes(Uint8Array.of(place.tag), random.pick(LENGTHS), content));
});
const wrap = onPlace((seed, place, random) => {
  let der = derOf(seed, place);
  for (let times = random.oneIn(8) ? 40 : 1; times > 0; times--)
    der = concatBytes(header(random.pick([0x30, 0x31, 0xa0, 0xa1, 0x04]), der.length), der);
  return replace(seed, place, der);
});
const transplant = onPlace((seed, place, random, other) => {
  const graft = pickPlace(other, random);
  return graft === undefined ? replace(seed, place, new Uint8Array()) : replace(seed, place, derOf(other, graft));
});
/** A data value of the same tag from elsewhere: what is most likely to be read on. */
const exchange = onPlace((seed, place, random, other) => {
  const alike = other.places.filter(({ tag }) => tag === place.tag);
  return alike.length === 0 ? empty(seed, random, other) : replace(seed, place, derOf(other, random.pick(alike)));
});
const insert = onPlace((seed, place, random, other) => {
  const graft = pickPlace(other, random);
  return replace(
    seed,
    place,
    concatBytes(derOf(seed, place), graft === undefined ? Uint8Array.of(5, 0) : derOf(other, graft)),
  );
});

const MUTATIONS: readonly Mutation[] = [
  ...[flipBit, setOctet, setOctet, deleteRun, insertRun, truncate, crossOver],
  ...[drop, manyTimes, swap, retag, refill, refill, refill, empty],
  ...[lieAboutLength, wrap, transplant, exchange, exchange, insert],
];

export const mutate: Mutation = (seed, random, other) => random.pick(MUTATIONS)(seed, random, other);

/** Without regard to any structure. */
export const mutateOctets: Mutation = (seed, random, other) =>
  random.pick([flipBit, setOctet, deleteRun, insertRun, truncate, crossOver])(seed, random, other);
