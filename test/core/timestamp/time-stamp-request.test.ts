import { describe, expect, it } from '@jest/globals';
import { TimeStampReq } from 'pkijs';
import { unsignedIntegerOctets } from '../../../src/core/der/writer.ts';
import { encodeTimeStampRequest } from '../../../src/core/timestamp/time-stamp-request.ts';
import { imprint } from './composing.ts';

const hex = (octets: ArrayLike<number> | undefined) => Buffer.from(Array.from(octets ?? [])).toString('hex');

describe('encodeTimeStampRequest, read back by pkijs', () => {
  it.each([
    ['with its first bit', 'a5010203', '00a5010203'],
    ['without', '25010203', '25010203'],
    ['beginning with zeros', '0000a501', '00a501'],
    ['of nothing but zeros', '0000', '00'],
  ])('a nonce %s', (_, random, contents) => {
    const nonce = unsignedIntegerOctets(Buffer.from(random, 'hex'));
    const request = TimeStampReq.fromBER(encodeTimeStampRequest({ messageImprint: imprint, nonce }));
    expect(request.version).toBe(1);
    expect(request.messageImprint.hashAlgorithm.algorithmId).toBe('2.16.840.1.101.3.4.2.1');
    expect(hex(request.messageImprint.hashedMessage.valueBlock.valueHexView)).toBe(hex(imprint.hashedMessage));
    expect(hex(request.nonce?.valueBlock.valueHexView)).toBe(contents);
    expect(request.certReq).toBe(true);
    expect(request.reqPolicy).toBeUndefined();
    expect(request.extensions).toBeUndefined();
  });

  it('a policy', () => {
    const nonce = Uint8Array.of(1);
    const der = encodeTimeStampRequest({ messageImprint: imprint, nonce, policy: '1.2.3.4.1' });
    expect(TimeStampReq.fromBER(der).reqPolicy).toBe('1.2.3.4.1');
  });
});
