import { type Mapped, type Mutation, mutate, mutateOctets } from './mutate.ts';
import { mapped } from './pool.ts';
import type { Random } from './random.ts';

/** A member or an element of a JSON value, by where it is. */
interface Spot {
  readonly holder: Record<string, unknown>;
  readonly name: string;
}

const WORDS = [
  '',
  ' ',
  'raw',
  'cms',
  'pdf',
  'xml',
  'digital-auth-app',
  'RS256',
  'ES384',
  'none',
  'p1363',
  'der',
  'ocsp',
]
  .concat(['AAAA', 'AAA=', 'AA==', 'AAB=', 'AAAA\n', '_-AA', '====', 'A'.repeat(4096), '\u0000', '\ud800', '\u{1f600}'])
  .concat(['SHA-256', 'SHA-512', 'chl_', 'chl_068w3w5k1r7q3a8v0c2m4n6p8q', '../..', '../../'.repeat(40), 'null']);
const NAMES = [
  'purpose',
  'signature',
  'format',
  'value',
  'content',
  'digest',
  'challengeId',
  'certificate',
  'algorithm',
]
  .concat(['encoding', 'revocation', 'method', 'store', 'subject', 'reference', 'face', 'consent', '__proto__'])
  .concat(['constructor', 'toString', 'hasOwnProperty', '', '0', '-1', 'a/b~c', '\ud800', '\u0000']);

function someValue(random: Random): unknown {
  const values = [null, true, false, 0, -1, 1e308, 0.1, 2 ** 53, [], {}, [[]], { '': null }, nested(random.below(40))];
  return random.oneIn(2) ? random.pick(WORDS) : random.pick(values);
}

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = i % 2 === 0 ? [value] : { a: value };
  return value;
}

function spotsOf(value: unknown, spots: Spot[] = []): readonly Spot[] {
  if (typeof value !== 'object' || value === null) return spots;
  const holder = value as Record<string, unknown>;
  for (const name of Object.keys(holder)) {
    spots.push({ holder, name });
    spotsOf(holder[name], spots);
  }
  return spots;
}

/** A name may be one that objects have: it is a member like any other here. */
function define(holder: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(holder, name, { value, enumerable: true, configurable: true, writable: true });
}

type Change = (spot: Spot, random: Random, other: readonly Spot[]) => void;

const CHANGES: readonly Change[] = [
  ({ holder, name }) => void delete holder[name],
  ({ holder, name }, random) => define(holder, name, someValue(random)),
  ({ holder }, random) => define(holder, random.pick(NAMES), someValue(random)),
  ({ holder, name }, random) => {
    const value = holder[name];
    delete holder[name];
    define(holder, random.pick(NAMES), value);
  },
  ({ holder, name }, random, other) => {
    const lent = random.pick(other);
    if (lent !== undefined) define(holder, name, lent.holder[lent.name]);
  },
  changeText,
  changeText,
];

function changeText({ holder, name }: Spot, random: Random): void {
  const value = holder[name];
  if (typeof value !== 'string') return;
  const at = random.below(value.length + 1);
  const run = random.oneIn(3)
    ? random.pick(WORDS)
    : String.fromCharCode(random.below(random.oneIn(8) ? 0x10000 : 0x80));
  holder[name] = value.slice(0, at) + run + value.slice(at + random.below(3));
}

const MIN_BASE64 = 64;

/** What the base64 somewhere stands for, changed as DER is. */
function changeOctets(spots: readonly Spot[], random: Random): void {
  const texts = spots.filter(({ holder, name }) => String(holder[name]).length >= MIN_BASE64);
  const spot = random.pick(texts);
  if (spot === undefined) return;
  const octets = mapped(Uint8Array.from(Buffer.from(String(spot.holder[spot.name]), 'base64')));
  if (octets.bytes.length > 0) spot.holder[spot.name] = Buffer.from(mutate(octets, random, octets)).toString('base64');
}

/** A member that stands there twice, which no value in memory can have. */
function repeatMember(text: string, random: Random): string {
  const colons = [...text.matchAll(/"[a-zA-Z]+":/g)];
  const found = random.pick(colons);
  return found === undefined ? text : `${text.slice(0, found.index)}${found[0]}null,${text.slice(found.index)}`;
}

const decode = ({ bytes }: Mapped): unknown => JSON.parse(Buffer.from(bytes).toString());

/** One member, text or base64 changed; now and then octets without regard to the syntax. */
export const mutateJson: Mutation = (seed, random, other) => {
  if (random.oneIn(6)) return mutateOctets(seed, random, other);
  try {
    const value = decode(seed);
    if (random.oneIn(16)) return Buffer.from(repeatMember(JSON.stringify(value), random));
    const spots = spotsOf(value);
    if (spots.length === 0) return mutateOctets(seed, random, other);
    if (random.oneIn(2)) changeOctets(spots, random);
    else random.pick(CHANGES)(random.pick(spots), random, spotsOf(decode(other)));
    return Buffer.from(JSON.stringify(value));
  } catch {
    return mutateOctets(seed, random, other);
  }
};
