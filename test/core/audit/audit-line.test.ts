import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type AuditLine, encodeAuditLine, hashAuditLine } from '../../../src/core/audit/audit-line.ts';
import { toHex } from '../../../src/core/bytes.ts';
import { sha256 } from './crypto.ts';

const LINE: AuditLine = {
  id: 'aud_1',
  tenantId: '7f2c1a52-0000-4000-8000-000000000001',
  at: Date.parse('2026-06-01T03:00:00.001Z'),
  actor: 'client:cli_1',
  right: 'verify',
  act: 'verification.perform',
  target: 'ver_1',
  outcome: 'done',
  from: '192.0.2.1',
  requestId: null,
  count: 1,
  salt: new Uint8Array(16).fill(7),
};

it('has the octets that its description gives', () => {
  const text = (value: string) => {
    const octets = Buffer.from(value);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(octets.length);
    return Buffer.concat([length, octets]);
  };
  const at = Buffer.alloc(8);
  at.writeBigUInt64BE(BigInt(LINE.at));
  const expected = Buffer.concat([
    Buffer.from([1]),
    LINE.salt,
    Buffer.from('7f2c1a52000040008000000000000001', 'hex'),
    at,
    Buffer.from([0, 0, 0, 1]),
    ...[LINE.id, LINE.actor, 'verify', LINE.act, 'ver_1', LINE.outcome, '192.0.2.1'].map(text),
    Buffer.from('ffffffff', 'hex'),
  ]);
  expect(toHex(encodeAuditLine(LINE))).toBe(expected.toString('hex'));
  expect(toHex(hashAuditLine(sha256, LINE))).toBe(toHex(sha256(Buffer.concat([Buffer.from([0]), expected]))));
});

const word = fc.string({ unit: 'binary', maxLength: 6 });
const maybe = fc.option(word);
const line: fc.Arbitrary<AuditLine> = fc.record({
  id: word,
  tenantId: fc.uuid(),
  at: fc.nat({ max: 4e12 }),
  actor: word,
  right: maybe,
  act: word,
  target: maybe,
  outcome: word,
  from: maybe,
  requestId: maybe,
  count: fc.nat(),
  salt: fc.uint8Array({ minLength: 16, maxLength: 16 }),
});

/** An independent reader: if it gives the line back, no two lines share an encoding. */
function decode(octets: Buffer): AuditLine {
  let at = 45;
  const text = (): string | null => {
    const length = octets.readUInt32BE(at);
    at += 4;
    if (length === 0xffffffff) return null;
    at += length;
    return octets.subarray(at - length, at).toString();
  };
  const uuid = octets.subarray(17, 33).toString('hex');
  const [id, actor, right, act, target, outcome, from, requestId] = Array.from({ length: 8 }, text);
  if (at !== octets.length) throw new Error('something follows');
  return {
    ...{ id, actor, right, act, target, outcome, from, requestId },
    tenantId: uuid.replace(/(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
    at: Number(octets.readBigUInt64BE(33)),
    count: octets.readUInt32BE(41),
    salt: new Uint8Array(octets.subarray(1, 17)),
  } as AuditLine;
}

it('can be read back, so that no two lines share their octets', () => {
  fc.assert(fc.property(line, (one) => expect(decode(Buffer.from(encodeAuditLine(one)))).toEqual(one)));
});

describe('at its edges', () => {
  it.each(['\ud800', 'a\udfffb', '\udc00\ud800'])('writes half a character as every encoder does: %j', (actor) => {
    expect(decode(Buffer.from(encodeAuditLine({ ...LINE, actor }))).actor).toBe(Buffer.from(actor).toString());
  });

  it('takes a text longer than its buffer', () => {
    const actor = '見本'.repeat(5_000);
    expect(decode(Buffer.from(encodeAuditLine({ ...LINE, actor }))).actor).toBe(actor);
  });

  it.each([
    { salt: new Uint8Array(15) },
    { tenantId: '7F2C1A52-0000-4000-8000-000000000001' },
    { tenantId: 'x' },
    { at: 1.5 },
    { at: -1 },
    { count: Number.NaN },
  ])('refuses what it cannot tell: %p', (change) => {
    expect(() => encodeAuditLine({ ...LINE, ...change })).toThrow(RangeError);
    expect(encodeAuditLine(LINE)).toEqual(encodeAuditLine(LINE)); // and is not upset by it
  });
});
