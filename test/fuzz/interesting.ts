import { encodeObjectIdentifier } from '../../src/core/der/writer.ts';

/** Contents that lie at the edges of what the decoders ask for. Nothing here is secret or personal. */

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const hex = (text: string): Uint8Array => Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

export const OCTETS = [0x00, 0x01, 0x02, 0x1f, 0x30, 0x31, 0x3f, 0x7f, 0x80, 0x81, 0x82, 0x84, 0x85, 0xa0, 0xa3, 0xff];

/** Identifier octets: universal, context and what is not used at all. */
export const TAGS = [
  0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0a, 0x0c, 0x12, 0x13, 0x14, 0x16, 0x17, 0x18, 0x1a, 0x1c, 0x1e, 0x1f, 0x23,
  0x24, 0x30, 0x31, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xbf,
  0x40, 0x60, 0xc0, 0x00,
];

const OIDS = [
  '1.2.840.113549.1.1.1',
  '1.2.840.113549.1.1.10',
  '1.2.840.113549.1.1.11',
  '1.2.840.10045.2.1',
  '1.2.840.10045.3.1.7',
  '1.3.132.0.34',
  '1.2.840.10045.4.3.2',
  '1.3.101.112',
  '2.16.840.1.101.3.4.2.1',
  '1.3.14.3.2.26',
  ...[9, 14, 15, 16, 17, 18, 19, 20, 21, 24, 27, 28, 29, 30, 31, 32, 33, 35, 36, 37, 46, 54].map((n) => `2.5.29.${n}`),
  '2.5.29.32.0',
  '1.3.6.1.5.5.7.1.1',
  '1.3.6.1.5.5.7.48.1.1',
  '1.3.6.1.5.5.7.48.1.2',
  '1.3.6.1.5.5.7.48.1.5',
  '1.2.840.113549.1.7.1',
  '1.2.840.113549.1.7.2',
  ...[3, 4, 5, 52].map((n) => `1.2.840.113549.1.9.${n}`),
  '1.2.840.113549.1.9.16.2.47',
  '1.2.392.200149.8.5.5.1',
  '2.25.340282366920938463463374607431768211455',
];

/** Contents octets by the universal tag that they are for. */
export const CONTENTS: ReadonlyMap<number, readonly Uint8Array[]> = new Map([
  [0x01, ['', '00', 'ff', '01', '0000', 'ffff'].map(hex)],
  [
    0x02,
    ['', '00', '01', '02', '7f', '80', 'ff', '0080', '00ff', '0001', 'ff80', '7fffffff', '80000000', '00ffffffff']
      .concat(['7f'.repeat(20), 'ff'.repeat(20), `00${'ff'.repeat(20)}`, '01'.repeat(22), '01'.repeat(512)])
      .map(hex),
  ],
  [
    0x03,
    [
      '',
      '00',
      '01',
      '07',
      '0780',
      '0700',
      '0801',
      '06c0',
      '00c0',
      '030000',
      '0001020304050607',
      '0780000000',
      'ff00',
    ].map(hex),
  ],
  [0x05, ['', '00'].map(hex)],
  [
    0x06,
    [
      ...OIDS.map((oid) => encodeObjectIdentifier(oid).subarray(2)),
      ...[
        '',
        '80',
        '8001',
        '55',
        '551d',
        'ffffffffffffffffffffffffffffffffffff7f',
        `${'ff'.repeat(19)}7f`,
        '2a86',
        '00',
        '78',
      ].map(hex),
      hex('01'.repeat(129)),
    ],
  ],
  [0x0a, ['', '00', '01', '02', '03', '05', '06', '07', '08', '0a', '0b', '80', '0001'].map(hex)],
  [0x0c, ['', '00', 'c080', 'c3', 'e38182', 'eda080', 'f0908080', 'f4908080', 'f8888080', 'efbbbf61', 'cc81'].map(hex)],
  [0x13, ['', 'A', 'a b', ' a ', 'a*b', '\u0000', 'a\u0080', '_@&', 'a'.repeat(300)].map(latin1)],
  [0x16, ['', 'a@b', 'http://127.0.0.1/', '\u0080', '.example', '@', 'a@'].map(latin1)],
  [
    0x17,
    [
      '',
      '260601030000Z',
      '500101000000Z',
      '491231235959Z',
      '260229000000Z',
      '2606010300Z',
      '260601030000+0900',
      '260601030060Z',
      '26060103000\u00b2Z',
      '991231240000Z',
    ].map(latin1),
  ],
  [
    0x18,
    [
      '',
      '20260601030000Z',
      '99991231235959Z',
      '00000101000000Z',
      '20260601030000.5Z',
      '20260601030000',
      '20240229000000Z',
      '21000229000000Z',
      '2026060103Z',
      '20261301000000Z',
    ].map(latin1),
  ],
  [0x1e, ['', '0041', '00', 'd800', 'd83dde00', 'ffff'].map(hex)],
  [0x1c, ['', '00000041', '0011ffff', '00110000', 'ffffffff', '000041'].map(hex)],
  [0x87, ['', '7f000001', '7f0000', '00'.repeat(16), 'ff'.repeat(8), 'ff'.repeat(32)].map(hex)],
]);

/** What a length may say that is not so: [octets after the identifier]. */
export const LENGTHS: readonly Uint8Array[] = [
  '80',
  '00',
  '7f',
  '8101',
  '817f',
  '820001',
  '84ffffffff',
  '847fffffff',
  '83ffffff',
  '8500000000ff',
  '8880000000000000ff',
  'ff',
  '81',
  '8201',
].map(hex);
