import { describe, expect, it } from '@jest/globals';
import { DecodeError } from '../../../src/core/der/decode-error.ts';
import { encodeElement, encodeIntegerOctets, encodeNull } from '../../../src/core/der/writer.ts';
import { decodeTstInfo } from '../../../src/core/timestamp/tst-info.ts';
import * as cms from '../cms/building.ts';
import * as compose from '../revocation/compose.ts';
import * as tst from './composing.ts';

const decode = (parts: tst.TstInfoParts) => decodeTstInfo(tst.buildTstInfo(parts));
const codeOf = (parts: tst.TstInfoParts): string => {
  try {
    decode(parts);
    return 'decoded';
  } catch (error) {
    if (error instanceof DecodeError) return error.code;
    throw error;
  }
};
const at = (text: string) => decode({ genTime: tst.time(text) }).genTime - tst.AT;
const part = (n: number, ...octets: number[]) => encodeElement(0x80 | n, Uint8Array.from(octets));

describe('TSTInfo', () => {
  it('is read with all that it may have', () => {
    const rest = [
      cms.integer(2),
      encodeElement(0x30, Buffer.concat([cms.integer(1), part(0, 0x01, 0xf4), part(1, 0x64)])),
      compose.TRUE,
      encodeIntegerOctets(tst.NONCE),
      tst.generalName(tst.tsa.name),
      encodeElement(0xa1, compose.extension('1.2.3', encodeNull())),
    ].slice(1);
    const read = decode({ rest });
    expect(read.accuracy).toEqual({ seconds: 1, millis: 500, micros: 100 });
    expect(read.ordering).toBe(true);
    expect(read.nonce).toEqual(tst.NONCE);
    expect(read.tsa?.type).toBe('directoryName');
    expect(read.extensions.map(({ extnID }) => extnID)).toEqual(['1.2.3']);
  });

  it('is read with nothing that it may leave out', () => {
    const read = decode({ rest: [] });
    expect(read).toMatchObject({ accuracy: undefined, ordering: false, nonce: undefined, tsa: undefined });
    expect(read.extensions).toEqual([]);
  });

  it('is of version 1', () => {
    expect(codeOf({ version: cms.integer(2) })).toBe('unsupported-version');
    expect(codeOf({ version: cms.integer(0) })).toBe('unsupported-version');
  });

  it('genTime may have a fraction, of which milliseconds count', () => {
    expect(at('20260601030000Z')).toBe(0);
    expect(at('20260601030000.5Z')).toBe(500);
    expect(at('20260601030000.34352Z')).toBe(343);
    expect(at('20260601030000.0009Z')).toBe(0);
    expect(at('20260601030000.001Z')).toBe(1);
  });

  it.each([
    ['ending in zero', '20260601030000.50Z'],
    ['that is zero', '20260601030000.0Z'],
    ['that is empty', '20260601030000.Z'],
    ['after a comma', '20260601030000,5Z'],
    ['with a character that is no digit', '20260601030000.5xZ'],
    ['of no end', `20260601030000.${'1'.repeat(40)}Z`],
    ['without Z', '20260601030000.5'],
    ['and an offset', '20260601030000.5+0900'],
    ['of a minute', '202606010300.5Z'],
  ])('genTime refuses a fraction %s', (_, text) => {
    expect(codeOf({ genTime: tst.time(text) })).toBe('invalid-value');
  });

  it.each(['20260601030000', '20261301030000Z', '20260601030060Z', '202606010300Z', ''])(
    'genTime refuses %p',
    (text) => {
      expect(codeOf({ genTime: tst.time(text) })).toBe('invalid-value');
    },
  );

  it('genTime is no UTCTime', () => {
    expect(codeOf({ genTime: encodeElement(0x17, cms.ascii('260601030000Z')) })).toBe('unexpected-tag');
  });

  it.each([
    ['millis of nothing', [part(0, 0)], 'invalid-value'],
    ['millis of a second', [part(0, 0x03, 0xe8)], 'invalid-value'],
    ['micros of 999', [part(1, 0x03, 0xe7)], 'decoded'],
    ['micros of 1000', [part(1, 0x03, 0xe8)], 'invalid-value'],
    ['seconds below nothing', [cms.integer(0xff)], 'invalid-value'],
    ['parts out of order', [part(1, 1), part(0, 1)], 'trailing-bytes'],
    ['nothing at all', [], 'decoded'],
  ])('accuracy: %s', (_, parts, expected) => {
    const accuracy = encodeElement(0x30, Buffer.concat(parts));
    expect(codeOf({ rest: [accuracy, encodeIntegerOctets(tst.NONCE)] })).toBe(expected);
  });

  it('ordering FALSE is not written', () => {
    expect(codeOf({ rest: [Uint8Array.of(1, 1, 0)] })).toBe('non-minimal-value');
  });

  it('a nonce is of some length', () => {
    const nonce = (length: number) => encodeIntegerOctets(new Uint8Array(length).fill(1));
    expect(codeOf({ rest: [nonce(128)] })).toBe('decoded');
    expect(codeOf({ rest: [nonce(129)] })).toBe('size-limit');
  });

  it('a digest is as long as its algorithm gives', () => {
    const messageImprint = (length: number) =>
      encodeElement(0x30, Buffer.concat([cms.algorithm('2.16.840.1.101.3.4.2.1'), cms.octets(new Uint8Array(length))]));
    expect(codeOf({ messageImprint: messageImprint(32) })).toBe('decoded');
    expect(codeOf({ messageImprint: messageImprint(31) })).toBe('invalid-value');
    expect(codeOf({ messageImprint: messageImprint(20) })).toBe('invalid-value');
  });

  it('a serial number has up to 160 bits', () => {
    const serialNumber = (length: number) => encodeIntegerOctets(new Uint8Array(length).fill(0x7f));
    expect(codeOf({ serialNumber: serialNumber(20) })).toBe('decoded');
    expect(codeOf({ serialNumber: serialNumber(22) })).toBe('size-limit');
  });

  it('extensions are there, and none twice', () => {
    const one = compose.extension('1.2.3', encodeNull());
    expect(codeOf({ rest: [encodeElement(0xa1, new Uint8Array())] })).toBe('invalid-value');
    expect(codeOf({ rest: [encodeElement(0xa1, Buffer.concat([one, one]))] })).toBe('duplicate');
  });

  it('has nothing behind', () => {
    expect(codeOf({ rest: [encodeIntegerOctets(tst.NONCE), encodeNull()] })).toBe('trailing-bytes');
    expect(codeOf({ rest: [encodeElement(0xa0, Buffer.concat([compose.uri('a'), compose.uri('b')]))] })).toBe(
      'trailing-bytes',
    );
  });
});
