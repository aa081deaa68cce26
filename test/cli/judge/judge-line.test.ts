import { describe, expect, it } from '@jest/globals';
import { exceedsJsonBounds } from '../../../src/cli/judge/json-bounds.ts';
import { judgeLine } from '../../../src/cli/judge/judge-line.ts';

const judge = (line: string | Uint8Array): Record<string, unknown> => JSON.parse(judgeLine(Buffer.from(line)));
const judgeCase = (one: object) => judge(JSON.stringify({ id: 'x', ...one }));
const problem = (id: string | number | null, text: unknown) => ({
  ...{ id, outcome: 'indeterminate', failedChecks: [] },
  problem: text,
});

const decode = { kind: 'decode', what: 'certificate', file: 'fixtures/certs/leaf-digital-signature.crt' };
const path = { kind: 'path', anchors: [], target: decode.file, at: '2026-06-01T00:00:00Z' };

describe('a line that is no case', () => {
  it.each([
    ['garbage', 'garbage', 'the line is not JSON'],
    ['nothing', '', 'the line is not JSON'],
    ['half a case', '{"id":"x","kind"', 'the line is not JSON'],
    ['a list', '[]', 'the line is not a JSON object'],
    ['null', 'null', 'the line is not a JSON object'],
    ['a number', '7', 'the line is not a JSON object'],
    ['no id', '{"kind":"decode"}', expect.stringContaining('"id"')],
    ['an id of another type', '{"id":{},"kind":"decode"}', expect.stringContaining('"id"')],
    ['an id that is too long', `{"id":"${'x'.repeat(1025)}","kind":"decode"}`, expect.stringContaining('"id"')],
    ['a deep structure', '['.repeat(1_000_000), expect.stringContaining('nests too deep')],
    ['a wide structure', `[${'[],'.repeat(1_000_000)}[]]`, expect.stringContaining('too many values')],
  ])('%s', (_, line, text) => {
    expect(judge(line)).toEqual(problem(null, text));
  });

  it.each([
    ['in the case', '{"id":"x","kind":"decode","kind":"path"}'],
    ['further in', '{"id":"x","kind":"path","settings":{"revocation":"all","revocation":"none"}}'],
  ])('names a member twice, %s', (_, line) => {
    expect(judge(line)).toEqual(problem('x', 'the line names a member twice'));
  });

  it('is not UTF-8', () => {
    expect(judge(Uint8Array.of(0x22, 0xff, 0x22))).toEqual(problem(null, 'the line is not UTF-8'));
  });
});

describe('a case that cannot be read', () => {
  it.each([
    ['no kind', {}, '"kind" must be one of'],
    ['an unknown kind', { kind: 'paths' }, '"kind" must be one of'],
    ['a kind that objects have', { kind: 'constructor' }, '"kind" must be one of'],
    ['an unknown field', { ...decode, whatever: 1 }, '"whatever" is not known here'],
    ['a field of another kind', { ...decode, target: 'x' }, '"target" is not known here'],
    ['an unknown setting', { ...path, settings: { strict: true } }, '"settings.strict" is not known here'],
    ['settings that are none', { ...path, settings: [] }, 'settings. is not a JSON object'],
    ['a setting of another type', { ...path, settings: { initialExplicitPolicy: 'yes' } }, 'must be true or false'],
    ['no policy', { ...path, settings: { initialPolicySet: [] } }, 'object identifiers'],
    [
      'an unknown extent of revocation',
      { ...path, settings: { revocation: 'some' } },
      'must be one of none, leaf, all',
    ],
    ['no time', { ...path, at: undefined }, '"at" must be a string'],
    ['a day that no calendar has', { ...path, at: '2026-02-30T00:00:00Z' }, '"at" must be an instant'],
    ['a time without offset', { ...path, at: '2026-02-20T00:00:00' }, '"at" must be an instant'],
    ['a target that is a list', { ...path, target: [] }, '"target" must be a string'],
    ['no anchors', { ...path, anchors: undefined }, '"anchors" is missing'],
    ['anchors that are none', { ...path, anchors: 'x' }, '"anchors" must be a list of strings'],
    ['a missing file', { ...decode, file: 'nowhere.crt' }, 'cannot be read (ENOENT)'],
    ['a folder', { ...decode, file: 'fixtures' }, 'is not a file'],
    ['a device', { ...decode, file: '/dev/zero' }, 'is not a file'],
    ['a name that no file has', { ...decode, file: 'a\u0000b' }, expect.any(String)],
    ['a missing stranger', { ...path, untrusted: ['nowhere.crt'] }, 'cannot be read (ENOENT)'],
    ['something unknown to decode', { ...decode, what: 'key' }, '"what" must be one of'],
    ['no base64', { kind: 'signature', algorithm: 'RS256', publicKey: 'ä' }, '"publicKey" must be base64'],
    ['an unknown algorithm', { kind: 'signature', algorithm: 'none' }, '"algorithm" must be one of'],
    ['a negative age', { kind: 'crl', at: path.at, maxAgeSeconds: -1 }, 'must be a number of seconds'],
  ])('%s', (_, one, text) => {
    const expected = typeof text === 'string' ? expect.stringContaining(text) : text;
    expect(judgeCase(one)).toEqual(problem('x', expected));
  });
});

describe('a case that can', () => {
  it('answers to a number as its id', () => {
    expect(judge(JSON.stringify({ ...decode, id: 7 }))).toEqual({ id: 7, outcome: 'accepted', failedChecks: [] });
  });

  it.each(['2026-06-01T00:00:00Z', '2026-06-01T00:00:00.5z', '2026-05-31T23:59:60Z', '2026-06-01T09:00:00-09:30'])(
    'takes %s for an instant',
    (at) => {
      expect(judgeCase({ ...path, at }).problem).toBeUndefined();
    },
  );

  it.each([
    ['certificate', 'leaf-digital-signature.crt', 'leaf-ber-indefinite.crt'],
    ['crl', 'crl-kiyose.crl', 'crl-truncated.crl'],
    ['ocsp-response', 'ocsp-good.der', 'ocsp-truncated.der'],
    ['cms', 'cms-attached.p7m', 'cms-ber.p7m'],
  ])('decodes a %s, and refuses what is none', (what, good, bad) => {
    const file = (name: string) => ({ kind: 'decode', what, file: `fixtures/certs/${name}` });
    expect(judgeCase(file(good))).toEqual({ id: 'x', outcome: 'accepted', failedChecks: [] });
    const refused = { outcome: 'rejected', subIndication: 'FORMAT_FAILURE', failedChecks: ['decode.file'] };
    for (const name of [bad, 'not-der.bin', 'nested-100.der', 'leaf-gigabyte-length.crt'])
      expect(judgeCase(file(name))).toEqual({ id: 'x', ...refused });
  });

  it('refuses a public key that is none', () => {
    const bytes = { publicKey: 'AAAA', message: '', signature: '' };
    expect(judgeCase({ kind: 'signature', algorithm: 'RS256', ...bytes })).toMatchObject({
      outcome: 'rejected',
      failedChecks: ['decode.publicKey'],
    });
  });
});

describe('exceedsJsonBounds', () => {
  const exceeds = (text: string) => exceedsJsonBounds(Buffer.from(text));

  it('counts structure outside strings alone', () => {
    expect(exceeds(JSON.stringify({ a: '[{,'.repeat(100_000), b: '"\\"[['.repeat(50) }))).toBe(false);
    expect(exceeds(JSON.stringify(Array(19_000).fill(1)))).toBe(false);
    expect(exceeds(JSON.stringify(Array(21_000).fill(1)))).toBe(true);
    expect(exceeds(`"\\\\"${'['.repeat(33)}`)).toBe(true);
    expect(exceeds(`"\\"${'['.repeat(33)}`)).toBe(false);
    expect(exceeds('['.repeat(32))).toBe(false);
  });
});
