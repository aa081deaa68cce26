import { constants, sign } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { encodeElement, encodeNull, encodeSequence, encodeSetOf } from '../../../src/core/der/writer.ts';
import { HASH_OID } from '../../../src/core/x509/hash-algorithm.ts';
import { newEcKey, newRsaKey } from '../signature/keys.ts';
import {
  algorithm,
  ascii,
  attribute,
  buildSignedData,
  buildSignerInfo,
  contentType,
  digest,
  ecdsaWith,
  explicit,
  ID_DATA,
  integer,
  messageDigest,
  newSigner,
  octets,
  oid,
  RSA_ENCRYPTION,
  rsaWith,
  type SignerInfoParts,
  signingTime,
  standardAttributes,
} from './building.ts';
import { departures, judge, outcomeOf } from './outcomes.ts';

const signer = newSigner(newRsaKey(), 'signer', 7);
const other = newSigner(newRsaKey(), 'other', 8);
const p256 = newSigner(newEcKey('P-256'), 'p256', 9);
const p384 = newSigner(newEcKey('P-384'), 'p384', 10);
const content = ascii('the content');

type Parts = Partial<SignerInfoParts>;
const container = (parts: Parts = {}, more: Partial<Parameters<typeof buildSignedData>[0]> = {}): Uint8Array =>
  buildSignedData({
    content,
    certificates: [(parts.signer ?? signer).certificate.der],
    signerInfos: [buildSignerInfo({ signer, content, ...parts })],
    ...more,
  });
function first(der: Uint8Array, detached?: Uint8Array, legacy = false) {
  const [one] = judge(der, detached, legacy);
  if (one === undefined) throw new Error('no SignerInfo');
  return one;
}
const departuresOf = (parts: Parts, detached?: Uint8Array) => departures(first(container(parts), detached).checks);
const withAttributes = (...attributes: Uint8Array[]) => departuresOf({ attributes });
const [type, time, digestAttribute] = standardAttributes(content) as [Uint8Array, Uint8Array, Uint8Array];

describe('a signature in the shape of the existing signers', () => {
  it('is sound, attached', () => {
    const { sound, checks } = first(container());
    expect(departures(checks)).toEqual([]);
    expect(sound).toBe(true);
  });

  it('is sound, detached, over its content alone', () => {
    const der = container({}, { content: undefined } as never);
    expect(first(der, content).sound).toBe(true);
    const wrong = first(der, ascii('another content'));
    expect(departures(wrong.checks)).toEqual(['cms.message-digest HASH_FAILURE']);
    const without = first(der);
    expect(departures(without.checks)).toEqual(['cms.content FORMAT_FAILURE']);
    expect(outcomeOf(without.checks, 'cms.message-digest')).toBe('not-applicable');
    expect(without.sound).toBe(false);
  });

  it('attached, and content beside it: the same passes, another does not', () => {
    expect(first(container(), content).sound).toBe(true);
    expect(departuresOf({}, ascii('another content'))).toEqual(['cms.content HASH_FAILURE']);
  });

  it('covers an empty content as well', () => {
    const nothing = new Uint8Array();
    const info = buildSignerInfo({ signer, content: nothing });
    const certificates = [signer.certificate.der];
    expect(first(buildSignedData({ content: nothing, certificates, signerInfos: [info] })).sound).toBe(true);
  });

  it('attached content that was changed', () => {
    const der = container({}, { content: ascii('the c0ntent') });
    expect(departures(first(der).checks)).toEqual(['cms.message-digest HASH_FAILURE']);
  });
});

describe('signedAttrs', () => {
  it('absent: a format failure, although the signature over the content is right', () => {
    const { checks, sound } = first(container({ attributes: null }));
    expect(departures(checks)).toEqual(['cms.signed-attributes FORMAT_FAILURE']);
    expect(outcomeOf(checks, 'cms.signature')).toBe('not-applicable');
    expect(sound).toBe(false);
  });

  it('present and empty: every attribute is missing', () => {
    expect(withAttributes()).toEqual([
      'cms.content-type FORMAT_FAILURE',
      'cms.message-digest-attribute FORMAT_FAILURE',
    ]);
  });

  it('out of DER order, signed in order: reported', () => {
    const disorder = [...standardAttributes(content)].sort((a, b) => Buffer.compare(b, a));
    const { checks, sound } = first(container({ attributes: disorder, asGiven: true }));
    expect(departures(checks)).toEqual(['cms.signed-attributes-order reported']);
    expect(sound).toBe(true);
  });

  it('out of DER order and signed so: the signature is over the DER encoding or nothing', () => {
    const disorder = [...standardAttributes(content)].sort((a, b) => Buffer.compare(b, a));
    const signedOctets = encodeElement(0x31, Buffer.concat(disorder));
    expect(departuresOf({ attributes: disorder, asGiven: true, signedOctets })).toEqual([
      'cms.signed-attributes-order reported',
      'cms.signature SIG_CRYPTO_FAILURE',
    ]);
  });

  it('signed under their transmitted tag [0]', () => {
    const signedOctets = explicit(0, ...encodeSorted());
    expect(departuresOf({ signedOctets })).toEqual(['cms.signature SIG_CRYPTO_FAILURE']);
  });
  const encodeSorted = () => [...standardAttributes(content)].sort((a, b) => Buffer.compare(a, b));

  it('the values of an attribute are a SET OF as well', () => {
    const several = (...values: number[]) => attribute('1.2.3.4', ...values.map((value) => integer(value)));
    const attributes = [type, several(2, 1), digestAttribute];
    const signedOctets = encodeSetOf([type, several(1, 2), digestAttribute]);
    expect(departuresOf({ attributes, asGiven: true, signedOctets })).toEqual(['cms.signed-attributes-order reported']);
  });

  it('unknown attributes are covered and otherwise left alone', () => {
    expect(withAttributes(type, digestAttribute, attribute('1.2.3.4', integer(1)))).toEqual([]);
    expect(withAttributes(type, digestAttribute, attribute('1.2.3.4'))).toEqual([]);
  });
});

describe('contentType', () => {
  const failure = ['cms.content-type FORMAT_FAILURE'];
  it.each([
    ['absent', [time, digestAttribute]],
    ['there twice', [type, type, digestAttribute]],
    ['without a value', [attribute('1.2.840.113549.1.9.3'), digestAttribute]],
    ['with two values', [attribute('1.2.840.113549.1.9.3', oid(ID_DATA), oid(ID_DATA)), digestAttribute]],
    ['no object identifier', [attribute('1.2.840.113549.1.9.3', integer(1)), digestAttribute]],
    ['another type than the content', [contentType('1.2.3'), digestAttribute]],
  ])('%s', (_, attributes) => {
    expect(departuresOf({ attributes })).toEqual(failure);
  });

  it('another eContentType than the signed one', () => {
    const der = container({}, { eContentType: '1.2.840.113549.1.9.16.1.4' });
    expect(departures(first(der).checks)).toEqual(failure);
  });

  it('a content that is not id-data, signed as such', () => {
    const attributes = [contentType('1.2.840.113549.1.9.16.1.4'), digestAttribute];
    const der = container({ attributes }, { version: 3, eContentType: '1.2.840.113549.1.9.16.1.4' });
    expect(first(der).sound).toBe(true);
  });
});

describe('messageDigest', () => {
  const value = octets(digest('SHA-256', content));
  it.each([
    ['absent', [type, time]],
    ['there twice', [type, digestAttribute, digestAttribute]],
    ['without a value', [type, attribute('1.2.840.113549.1.9.4')]],
    ['with two values, both right', [type, attribute('1.2.840.113549.1.9.4', value, value)]],
    ['no octet string', [type, attribute('1.2.840.113549.1.9.4', integer(1))]],
    ['with a value cut off', [type, attribute('1.2.840.113549.1.9.4', encodeElement(0x24, value))]],
  ])('%s', (_, attributes) => {
    const { checks } = first(container({ attributes }));
    expect(departures(checks)).toEqual(['cms.message-digest-attribute FORMAT_FAILURE']);
    expect(outcomeOf(checks, 'cms.message-digest')).toBe('not-applicable');
  });

  it.each([
    ['another digest', digest('SHA-256', ascii('another'))],
    ['the beginning of the digest', digest('SHA-256', content).subarray(0, 31)],
    ['an empty one', new Uint8Array()],
    ['that of another algorithm', digest('SHA-512', content)],
  ])('%s', (_, wrong) => {
    expect(withAttributes(type, messageDigest(wrong))).toEqual(['cms.message-digest HASH_FAILURE']);
  });
});

describe('signingTime', () => {
  it.each([
    ['UTCTime', encodeElement(0x17, ascii('260601030000Z'))],
    ['GeneralizedTime', encodeElement(0x18, ascii('20600101000000Z'))],
  ])('as %s', (_, claimed) => {
    const { checks } = first(
      container({ attributes: [type, attribute('1.2.840.113549.1.9.5', claimed), digestAttribute] }),
    );
    expect(outcomeOf(checks, 'cms.signing-time')).toBe('passed');
  });
  it('absent is fine', () => {
    const { checks, sound } = first(container({ attributes: [type, digestAttribute] }));
    expect(outcomeOf(checks, 'cms.signing-time')).toBe('not-applicable');
    expect(sound).toBe(true);
  });
  it.each([
    ['there twice', [time, time]],
    ['with two values', [attribute('1.2.840.113549.1.9.5', integer(1), encodeElement(0x17, ascii('260601030000Z')))]],
    ['no time', [signingTime('261301030000Z')]],
  ])('%s', (_, times) => {
    expect(withAttributes(type, digestAttribute, ...times)).toEqual(['cms.signing-time FORMAT_FAILURE']);
  });
});

describe('version and sid', () => {
  const bySki = () => encodeElement(0x80, signer.keyIdentifier);
  it('3 with subjectKeyIdentifier', () => {
    expect(first(container({ version: 3, sid: bySki() }, { version: 3 })).sound).toBe(true);
  });
  it.each<[string, Parts]>([
    ['1 with subjectKeyIdentifier', { version: 1, sid: bySki() }],
    ['3 with issuerAndSerialNumber', { version: 3 }],
    ['0', { version: 0 }],
    ['4', { version: 4 }],
  ])('%s', (_, parts) => {
    expect(departuresOf(parts)).toEqual(['cms.version FORMAT_FAILURE']);
  });
});

describe('algorithms', () => {
  it.each(['SHA-256', 'SHA-384', 'SHA-512'] as const)('rsaEncryption and RSA with %s', (hash) => {
    const digestAlgorithms = [algorithm(HASH_OID[hash])];
    expect(first(container({ hash }, { digestAlgorithms })).sound).toBe(true);
    expect(first(container({ hash, signatureAlgorithm: rsaWith(hash) }, { digestAlgorithms })).sound).toBe(true);
  });

  it.each(['SHA-256', 'SHA-384', 'SHA-512'] as const)('ECDSA with %s on both curves', (hash) => {
    expect(first(container({ signer: p256, hash })).sound).toBe(true);
    expect(first(container({ signer: p384, hash })).sound).toBe(true);
  });

  it('parameters of the digest algorithm may be absent', () => {
    expect(first(container({ digestAlgorithm: encodeSequence(oid(HASH_OID['SHA-256'])) })).sound).toBe(true);
  });

  it('a digest algorithm missing from digestAlgorithms is reported', () => {
    const { checks, sound } = first(container({}, { digestAlgorithms: [] }));
    expect(departures(checks)).toEqual(['cms.digest-algorithms reported']);
    expect(sound).toBe(true);
  });

  const refused = ['cms.algorithms CRYPTO_CONSTRAINTS_FAILURE'];
  it.each<[string, Parts]>([
    ['SHA-1', { hash: 'SHA-1' }],
    ['SHA-1 named in both fields', { hash: 'SHA-1', signatureAlgorithm: rsaWith('SHA-1') }],
    ['MD5', { digestAlgorithm: algorithm('1.2.840.113549.2.5') }],
    ['a digest algorithm with other parameters', { digestAlgorithm: algorithm(HASH_OID['SHA-256'], integer(1)) }],
    ['rsaEncryption without parameters', { signatureAlgorithm: encodeSequence(oid('1.2.840.113549.1.1.1')) }],
    ['rsaEncryption with other parameters', { signatureAlgorithm: algorithm('1.2.840.113549.1.1.1', integer(1)) }],
    ['an unknown signature algorithm', { signatureAlgorithm: algorithm('1.2.3.4') }],
    ['ECDSA with parameters', { signer: p256, signatureAlgorithm: algorithm('1.2.840.10045.4.3.2', encodeNull()) }],
    ['a key on P-521', { signer: newSigner(newEcKey('P-521'), 'p521', 13), signatureAlgorithm: ecdsaWith('SHA-256') }],
    ['RSA of 1024 bits', { signer: newSigner(newRsaKey(1024), 'small', 11) }],
    ['e = 3', { signer: newSigner(newRsaKey(2048, 3), 'e3', 12) }],
  ])('not allowed: %s', (_, parts) => {
    const { checks, sound } = first(container(parts));
    expect(departures(checks).filter((line) => !line.endsWith('reported'))).toEqual(refused);
    expect(outcomeOf(checks, 'cms.signature')).toBe('not-applicable');
    expect(sound).toBe(false);
  });

  it('SHA-1 over the content alone', () => {
    const attributes = standardAttributes(content, 'SHA-1');
    const parts: Parts = {
      hash: 'SHA-1',
      attributes,
      signatureHash: 'SHA-256',
      signatureAlgorithm: rsaWith('SHA-256'),
    };
    const { checks, sound } = first(container(parts));
    expect(departures(checks)).toEqual([
      'cms.digest-algorithms reported',
      'cms.algorithms CRYPTO_CONSTRAINTS_FAILURE',
      'cms.algorithm-consistency FORMAT_FAILURE',
    ]);
    expect(sound).toBe(false);
  });

  it('legacy algorithms, where asked for', () => {
    expect(first(container({ hash: 'SHA-1' }), undefined, true).sound).toBe(true);
  });

  it.each<[string, Parts]>([
    [
      'SHA-512 over attributes, SHA-256 over content',
      { signatureHash: 'SHA-512', signatureAlgorithm: rsaWith('SHA-512') },
    ],
    ['… with ECDSA', { signer: p256, signatureHash: 'SHA-384', signatureAlgorithm: ecdsaWith('SHA-384') }],
  ])('two hashes in one signature: %s', (_, parts) => {
    expect(departuresOf(parts)).toEqual(['cms.algorithm-consistency FORMAT_FAILURE']);
  });

  it('PSS: its hash is that of digestAlgorithm', () => {
    const pss = (hash: 'SHA-256' | 'SHA-512', saltLength: number) =>
      algorithm(
        '1.2.840.113549.1.1.10',
        encodeSequence(
          explicit(0, algorithm(HASH_OID[hash])),
          explicit(1, algorithm('1.2.840.113549.1.1.8', algorithm(HASH_OID[hash]))),
          explicit(2, integer(saltLength)),
        ),
      );
    const signed = encodeSetOf(standardAttributes(content));
    const padding = constants.RSA_PKCS1_PSS_PADDING;
    const key = signer.key.privateKey;
    const signature = sign('sha256', signed, { key, padding, saltLength: 32 });
    expect(first(container({ signature, signatureAlgorithm: pss('SHA-256', 32) })).sound).toBe(true);
    expect(departuresOf({ signature, signatureAlgorithm: pss('SHA-256', 20) })).toEqual([
      'cms.signature SIG_CRYPTO_FAILURE',
    ]);
    const mixed = sign('sha512', signed, { key, padding, saltLength: 64 });
    expect(departuresOf({ signature: mixed, signatureAlgorithm: pss('SHA-512', 64) })).toEqual([
      'cms.algorithm-consistency FORMAT_FAILURE',
    ]);
    const defaults = algorithm('1.2.840.113549.1.1.10', encodeSequence());
    expect(departuresOf({ signature, signatureAlgorithm: defaults })).toContain(refused[0]);
  });
});

describe('signature', () => {
  const failure = ['cms.signature SIG_CRYPTO_FAILURE'];
  it.each<[string, Parts]>([
    ['of another key', { signature: sign('sha256', encodeSetOf(standardAttributes(content)), other.key.privateKey) }],
    ['over the content', { signedOctets: content }],
    ['over other attributes', { signedOctets: encodeSetOf([type, digestAttribute]) }],
    ['of no octets', { signature: new Uint8Array() }],
    ['of another hash, with rsaEncryption', { signatureHash: 'SHA-512' }],
    ['by RSA where the key is EC', { signer: p256, signatureAlgorithm: RSA_ENCRYPTION }],
    ['by ECDSA where the key is RSA', { signatureAlgorithm: ecdsaWith('SHA-256') }],
  ])('%s', (_, parts) => {
    expect(departuresOf(parts)).toEqual(failure);
  });

  it('unsigned attributes change nothing', () => {
    expect(first(container({ unsignedAttrs: [attribute('1.2.3.4', integer(1)), contentType('1.2.3')] })).sound).toBe(
      true,
    );
  });
});

describe('CMSAlgorithmProtection', () => {
  const TYPE = '1.2.840.113549.1.9.52';
  const inside = (element: Uint8Array) => element.subarray(2);
  const protection = (digestAlgorithm: Uint8Array, signatureAlgorithm: Uint8Array) =>
    encodeSequence(digestAlgorithm, encodeElement(0xa1, inside(signatureAlgorithm)));
  const right = protection(algorithm(HASH_OID['SHA-256']), RSA_ENCRYPTION);
  const withProtection = (...values: Uint8Array[]) => withAttributes(type, digestAttribute, attribute(TYPE, ...values));

  it('names the algorithms', () => {
    const { checks, sound } = first(container({ attributes: [type, digestAttribute, attribute(TYPE, right)] }));
    expect(outcomeOf(checks, 'cms.algorithm-protection')).toBe('passed');
    expect(sound).toBe(true);
  });
  it('parameters absent are as good as NULL', () => {
    expect(withProtection(protection(encodeSequence(oid(HASH_OID['SHA-256'])), RSA_ENCRYPTION))).toEqual([]);
  });
  it.each([
    ['another digest algorithm', protection(algorithm(HASH_OID['SHA-512']), RSA_ENCRYPTION)],
    ['another signature algorithm', protection(algorithm(HASH_OID['SHA-256']), rsaWith('SHA-256'))],
    ['other parameters', protection(algorithm(HASH_OID['SHA-256'], integer(1)), RSA_ENCRYPTION)],
  ])('names %s', (_, value) => {
    expect(withProtection(value)).toEqual(['cms.algorithm-protection SIG_CRYPTO_FAILURE']);
  });
  it.each([
    ['empty', [encodeSequence()]],
    ['no SEQUENCE', [integer(1)]],
    ['without signatureAlgorithm', [encodeSequence(algorithm(HASH_OID['SHA-256']))]],
    [
      'with macAlgorithm',
      [encodeSequence(algorithm(HASH_OID['SHA-256']), encodeElement(0xa2, inside(RSA_ENCRYPTION)))],
    ],
    [
      'with more behind',
      [encodeSequence(algorithm(HASH_OID['SHA-256']), encodeElement(0xa1, inside(RSA_ENCRYPTION)), integer(1))],
    ],
    ['with two values', [right, right]],
    ['without a value', []],
  ])('malformed: %s', (_, values) => {
    expect(withProtection(...values)).toEqual(['cms.algorithm-protection FORMAT_FAILURE']);
  });
  it('there twice', () => {
    const twice = [attribute(TYPE, right), attribute(TYPE, right)];
    expect(withAttributes(type, digestAttribute, ...twice)).toEqual(['cms.algorithm-protection FORMAT_FAILURE']);
  });
});

describe('several SignerInfos', () => {
  it('are judged each for itself', () => {
    const der = buildSignedData({
      content,
      certificates: [signer.certificate.der, p384.certificate.der],
      digestAlgorithms: [algorithm(HASH_OID['SHA-256']), algorithm(HASH_OID['SHA-384'])],
      signerInfos: [
        buildSignerInfo({ signer, content }),
        buildSignerInfo({ signer: p384, content, hash: 'SHA-384' }),
        buildSignerInfo({ signer, content: ascii('another content') }),
      ],
    });
    const judged = judge(der);
    expect(judged.map(({ sound }) => sound)).toEqual([true, true, false]);
    expect(departures(judged[2]?.checks ?? [])).toEqual(['cms.message-digest HASH_FAILURE']);
  });
});
