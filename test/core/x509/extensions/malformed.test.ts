import { describe, expect, it } from '@jest/globals';
import { DecodeError } from '../../../../src/core/der/decode-error.ts';
import { decodeCertificate } from '../../../../src/core/x509/decode-certificate.ts';
import { encodeCertificate, newKeys } from '../certificate-builder.ts';

const keys = newKeys();
const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));

function codeOf(id: string, value: string, critical = false): string {
  const der = encodeCertificate({ extensions: [{ id, critical, value: hex(value) }] }, keys);
  try {
    decodeCertificate(der);
  } catch (error) {
    if (error instanceof DecodeError) return error.code;
    throw error;
  }
  return 'decoded';
}

/** Malformed known extensions fail decoding, critical or not (RFC 5280 §4.2). */
describe.each<[string, string, readonly (readonly [what: string, value: string, code: string])[]]>([
  [
    'keyUsage',
    '2.5.29.15',
    [
      ['fine', '03020780', 'decoded'],
      ['nothing', '', 'truncated'],
      ['something after it', '03020780 0500', 'trailing-bytes'],
      ['no bit', '030100', 'invalid-value'],
      ['zero bits at the end', '03020680', 'non-minimal-value'],
      ['unused bits that are set', '03020781', 'invalid-value'],
      ['a bit beyond decipherOnly', '0303060040', 'invalid-value'],
      ['another type', '04020780', 'unexpected-tag'],
      ['eight unused bits', '03020880', 'invalid-value'],
    ],
  ],
  [
    'extKeyUsage',
    '2.5.29.37',
    [
      ['fine', '3004 06022a03', 'decoded'],
      ['empty', '3000', 'invalid-value'],
      ['another type inside', '3003 020101', 'unexpected-tag'],
    ],
  ],
  [
    'certificatePolicies',
    '2.5.29.32',
    [
      ['fine', '3006 3004 06022a03', 'decoded'],
      ['empty', '3000', 'invalid-value'],
      ['a policy twice', '300c 3004 06022a03 3004 06022a03', 'duplicate'],
      ['no qualifier among qualifiers', '3008 3006 06022a03 3000', 'invalid-value'],
      ['a qualifier without value', '300e 300c 06022a03 3006 3004 06022a03', 'truncated'],
      ['a qualifier', '3010 300e 06022a03 3008 3006 06022a03 0500', 'decoded'],
    ],
  ],
  [
    'policyMappings',
    '2.5.29.33',
    [
      ['fine', '300a 3008 06022a03 06022a04', 'decoded'],
      ['empty', '3000', 'invalid-value'],
      ['half a mapping', '3006 3004 06022a03', 'truncated'],
      ['three in a mapping', '300e 300c 06022a03 06022a03 06022a03', 'trailing-bytes'],
    ],
  ],
  [
    'subjectAltName',
    '2.5.29.17',
    [
      ['fine', '3003 820161', 'decoded'],
      ['empty', '3000', 'invalid-value'],
      ['a type beyond registeredID', '3003 890161', 'unexpected-tag'],
      ['octets above 127 in a dNSName', '3003 8201e3', 'invalid-value'],
      ['an address of five octets', '3007 87050102030405', 'invalid-value'],
      ['a constructed dNSName', '3005 a203 160161', 'unexpected-tag'],
      ['an otherName without value', '3006 a004 06022a03', 'truncated'],
      ['an otherName with two values', '300c a00a 06022a03 a004 0500 0500', 'trailing-bytes'],
      ['a directoryName with two names', '3006 a404 3000 3000', 'trailing-bytes'],
    ],
  ],
  [
    'issuerAltName',
    '2.5.29.18',
    [
      ['fine', '3003 820161', 'decoded'],
      ['empty', '3000', 'invalid-value'],
    ],
  ],
  [
    'basicConstraints',
    '2.5.29.19',
    [
      ['fine', '3003 0101ff', 'decoded'],
      ['cA FALSE written out', '3003 010100', 'non-minimal-value'],
      ['cA that is neither', '3003 010101', 'invalid-value'],
      ['a negative pathLenConstraint', '3006 0101ff 0201ff', 'invalid-value'],
      ['a pathLenConstraint in too many octets', '3007 0101ff 02020001', 'non-minimal-value'],
      ['a pathLenConstraint of 33 bits', '300b 0101ff 0206010000000000', 'invalid-value'],
      ['something after it', '3005 0101ff 0500', 'trailing-bytes'],
    ],
  ],
  [
    'nameConstraints',
    '2.5.29.30',
    [
      ['fine', '3007 a005 3003 820161', 'decoded'],
      ['neither subtrees', '3000', 'invalid-value'],
      ['no subtree', '3002 a000', 'invalid-value'],
      ['minimum written out', '300a a008 3006 820161 800100', 'invalid-value'],
      ['a maximum', '300a a008 3006 820161 810105', 'invalid-value'],
      ['an address without mask', '300a a008 3006 870401020304', 'invalid-value'],
      ['a mask with a hole', '300e a00c 300a 870801020304ff00ff00', 'invalid-value'],
      ['a mask of ones and zeros', '300e a00c 300a 870801020304ffff8000', 'decoded'],
      ['excluded before permitted', '300e a105 3003 820161 a005 3003 820161', 'trailing-bytes'],
    ],
  ],
  [
    'policyConstraints',
    '2.5.29.36',
    [
      ['fine', '3003 800100', 'decoded'],
      ['neither field', '3000', 'invalid-value'],
      ['a negative number', '3003 8001ff', 'invalid-value'],
      ['fields in the wrong order', '3006 810100 800100', 'trailing-bytes'],
    ],
  ],
  [
    'inhibitAnyPolicy',
    '2.5.29.54',
    [
      ['fine', '020100', 'decoded'],
      ['a negative number', '0201ff', 'invalid-value'],
      ['another type', '0a0100', 'unexpected-tag'],
    ],
  ],
  [
    'cRLDistributionPoints',
    '2.5.29.31',
    [
      ['fine', '3009 3007 a005 a003 820161', 'decoded'],
      ['empty', '3000', 'invalid-value'],
      ['an empty point', '3002 3000', 'invalid-value'],
      ['reasons alone', '3006 3004 81020640', 'invalid-value'],
      ['a name relative to the issuer', '3010 300e a00c a10a 3008 0603550403 0c0161', 'decoded'],
      ['a name of neither kind', '3009 3007 a005 a203 820161', 'unexpected-tag'],
      ['a reason that is not defined', '300f 300d a005 a003 820161 8104 06000040', 'invalid-value'],
      ['reasons', '300d 300b a005 a003 820161 81020560', 'decoded'],
      ['the unused reason bit', '300d 300b a005 a003 820161 81020780', 'decoded'],
    ],
  ],
  [
    'freshestCRL',
    '2.5.29.46',
    [
      ['fine', '3009 3007 a005 a003 820161', 'decoded'],
      ['empty', '3000', 'invalid-value'],
    ],
  ],
  [
    'authorityInfoAccess',
    '1.3.6.1.5.5.7.1.1',
    [
      ['fine', '3009 3007 06022a03 860161', 'decoded'],
      ['empty', '3000', 'invalid-value'],
      ['a method without location', '3006 3004 06022a03', 'truncated'],
    ],
  ],
  [
    'subjectInfoAccess',
    '1.3.6.1.5.5.7.1.11',
    [
      ['fine', '3009 3007 06022a03 860161', 'decoded'],
      ['empty', '3000', 'invalid-value'],
    ],
  ],
  [
    'authorityKeyIdentifier',
    '2.5.29.35',
    [
      ['fine', '3003 800101', 'decoded'],
      ['nothing inside, which is allowed', '3000', 'decoded'],
      ['an issuer without serial number', '3005 a103 820161', 'invalid-value'],
      ['a serial number without issuer', '3003 820101', 'invalid-value'],
      ['another field', '3003 830101', 'trailing-bytes'],
    ],
  ],
  [
    'subjectKeyIdentifier',
    '2.5.29.14',
    [
      ['fine', '040101', 'decoded'],
      ['another type', '030101', 'unexpected-tag'],
      ['constructed', '2403 040101', 'unexpected-tag'],
    ],
  ],
  [
    'privateKeyUsagePeriod',
    '2.5.29.16',
    [
      ['fine', '3011 800f 32303236303130313030303030305a', 'decoded'],
      ['neither time', '3000', 'invalid-value'],
      ['another form of time', '300f 800d 3236303130313030303030305a', 'invalid-value'],
    ],
  ],
  [
    'subjectDirectoryAttributes',
    '2.5.29.9',
    [
      ['fine', '300a 3008 06022a03 3102 0500', 'decoded'],
      ['empty', '3000', 'invalid-value'],
      ['an attribute without values', '3008 3006 06022a03 3100', 'invalid-value'],
    ],
  ],
  [
    'id-pkix-ocsp-nocheck',
    '1.3.6.1.5.5.7.48.1.5',
    [
      ['fine', '0500', 'decoded'],
      ['NULL with contents', '050100', 'invalid-value'],
      ['empty', '', 'truncated'],
    ],
  ],
])('%s', (_name, id, rows) => {
  it.each(rows)('%s', (_what, value, code) => {
    expect(codeOf(id, value)).toBe(code);
    expect(codeOf(id, value, true)).toBe(code);
  });
});

describe('an extension that is not known', () => {
  it('may hold anything', () => {
    expect(codeOf('1.2.3.4', 'ff00ff')).toBe('decoded');
    expect(codeOf('1.2.3.4', '')).toBe('decoded');
  });
});
