import { describe, expect, it } from '@jest/globals';
import { DecodeError } from '../../../src/core/der/decode-error.ts';
import { encodeElement, encodeSequence } from '../../../src/core/der/writer.ts';
import { decodeTimeStampResponse } from '../../../src/core/timestamp/time-stamp-response.ts';
import * as cms from '../cms/building.ts';
import * as compose from '../revocation/compose.ts';
import * as tst from './composing.ts';

const token = tst.buildToken();
const statusInfo = (status: number, ...rest: readonly Uint8Array[]) => encodeSequence(cms.integer(status), ...rest);
const text = (value: Uint8Array) => encodeSequence(encodeElement(0x0c, value));
const failInfo = (...numbers: readonly number[]) => encodeElement(0x03, compose.bits(...numbers));
const codeOf = (...parts: readonly Uint8Array[]): string => {
  try {
    decodeTimeStampResponse(encodeSequence(...parts));
    return 'decoded';
  } catch (error) {
    if (error instanceof DecodeError) return error.code;
    throw error;
  }
};

describe('TimeStampResp', () => {
  it.each([0, 1])('has a token where status is %i', (status) => {
    const response = decodeTimeStampResponse(encodeSequence(statusInfo(status), token));
    expect(response).toEqual({ granted: true, token });
  });

  it.each([
    [2, 'rejection'],
    [3, 'waiting'],
    [4, 'revocationWarning'],
    [5, 'revocationNotification'],
  ])('has none where status is %i', (number, status) => {
    expect(decodeTimeStampResponse(encodeSequence(statusInfo(number)))).toEqual({
      granted: false,
      statusInfo: { status, failures: [] },
    });
    expect(codeOf(statusInfo(number), token)).toBe('invalid-value');
  });

  it('says why there is none', () => {
    const all = [0, 2, 5, 14, 15, 16, 17, 25];
    const response = decodeTimeStampResponse(
      encodeSequence(statusInfo(2, text(Buffer.from('混雑')), failInfo(...all))),
    );
    expect(response).toEqual({
      granted: false,
      statusInfo: {
        status: 'rejection',
        failures: [
          'badAlg',
          'badRequest',
          'badDataFormat',
          'timeNotAvailable',
          'unacceptedPolicy',
          'unacceptedExtension',
          'addInfoNotAvailable',
          'systemFailure',
        ],
      },
    });
    const unknown = decodeTimeStampResponse(encodeSequence(statusInfo(2, failInfo(1))));
    expect(unknown).toMatchObject({ statusInfo: { failures: [] } });
  });

  it('granted, but without a token, is refused', () => {
    expect(codeOf(statusInfo(0))).toBe('invalid-value');
  });

  it('of a status that is not defined is refused', () => {
    expect(codeOf(statusInfo(6))).toBe('invalid-value');
    expect(codeOf(statusInfo(0xff), token)).toBe('invalid-value');
  });

  it('has text in UTF-8, and no bits beyond those that fit', () => {
    expect(codeOf(statusInfo(2, text(Uint8Array.of(0xff))))).toBe('invalid-value');
    expect(codeOf(statusInfo(2, encodeSequence(encodeElement(0x13, cms.ascii('a')))))).toBe('unexpected-tag');
    expect(codeOf(statusInfo(2, failInfo(40)))).toBe('size-limit');
  });

  it('has nothing behind, and is of some length', () => {
    expect(codeOf(statusInfo(0), token, token)).toBe('trailing-bytes');
    expect(codeOf(statusInfo(0), cms.octets(new Uint8Array(64 * 1024)))).toBe('size-limit');
  });
});
