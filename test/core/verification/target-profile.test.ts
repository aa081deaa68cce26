import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { encodeSequence } from '../../../src/core/der/writer.ts';
import { validateTargetProfile } from '../../../src/core/verification/target-profile.ts';
import type { Certificate } from '../../../src/core/x509/certificate.ts';
import {
  authority,
  type EntityOptions,
  extension,
  generalName,
  leaf,
  name,
  root,
} from '../x509/certificate-builder.ts';

const ca = root();
const failures = ({ certificate }: { certificate: Certificate }, legacyAlgorithms = false) =>
  validateTargetProfile(certificate, { legacyAlgorithms })
    .filter(({ outcome }) => outcome === 'failed')
    .map(({ clause }) => clause);
const BASIC_CONSTRAINTS = '2.5.29.19';
const names = { ...extension.alternativeNames(generalName.dns('a.example')) };
const pathLengthAlone = { id: BASIC_CONSTRAINTS, critical: true, value: encodeSequence(Uint8Array.of(2, 1, 0)) };

describe('a target', () => {
  it.each<[string, EntityOptions]>([
    ['plain', {}],
    ['with basicConstraints that say nothing', { extensions: [{ id: BASIC_CONSTRAINTS, value: encodeSequence() }] }],
    ['without keyUsage', { without: ['2.5.29.15'] }],
    ['without subject, its subjectAltName critical', { subject: name(), extensions: [{ ...names, critical: true }] }],
    ['of 20 octets of serial number', { serial: new Uint8Array(20).fill(0x7f) }],
    ['of 20 octets and one for the sign', { serial: Uint8Array.of(0, ...new Uint8Array(20).fill(0x80)) }],
    ['of a negative serial number', { serial: Uint8Array.of(0xff) }],
    ['of the serial number zero', { serial: Uint8Array.of(0) }],
  ])('%s is fine', (_, options) => {
    expect(failures(leaf(ca, options))).toEqual([]);
  });

  it('that is an authority is fine, whatever it is allowed', () => {
    expect(failures(authority(ca, 'below'))).toEqual([]);
    const constraints = extension.nameConstraints([generalName.dns('example')], []);
    expect(failures(authority(ca, 'below', { extensions: [extension.authority(0), constraints] }))).toEqual([]);
    expect(failures(authority(ca, 'lists only', { extensions: [extension.keyUsage(0x02)] }))).toEqual([]);
  });

  it.each<[string, EntityOptions, string]>([
    ['keyCertSign without cA', { extensions: [extension.keyUsage(0x84)] }, '§4.2.1.9'],
    ['pathLenConstraint without cA', { extensions: [pathLengthAlone] }, '§4.2.1.9'],
    [
      'nameConstraints without cA',
      { extensions: [extension.nameConstraints([], [generalName.dns('example')])] },
      '§4.2.1.10',
    ],
    ['no name at all', { subject: name() }, '§4.1.2.6'],
    ['no subject, its subjectAltName not critical', { subject: name(), extensions: [names] }, '§4.1.2.6'],
    ['a serial number of 21 octets', { serial: new Uint8Array(21).fill(0x7f) }, '§4.1.2.2'],
  ])('with %s is not', (_, options, clause) => {
    expect(failures(leaf(ca, options))).toEqual([`RFC 5280 ${clause}`]);
  });

  it('that is an authority without a subject is not, its subjectAltName critical or not', () => {
    const nameless = { subject: name(), extensions: [{ ...names, critical: true }] };
    expect(failures(authority(ca, '', nameless))).toEqual(['RFC 5280 §4.1.2.6']);
  });
});

describe("the target's RSA key", () => {
  const withKey = (modulusLength: number, publicExponent = 65537) => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength, publicExponent });
    const spki = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }));
    return leaf(ca, { keys: { privateKey, spki } });
  };

  it('is one that the allow-list admits', () => {
    expect(failures(withKey(2048))).toEqual([]);
    expect(failures(withKey(1024))).toEqual(['RFC 5280 §4.1.2.7']);
    expect(failures(withKey(1024), true)).toEqual([]);
    expect(failures(withKey(2048, 3))).toEqual(['RFC 5280 §4.1.2.7']);
    expect(failures(withKey(2048, 3), true)).toEqual([]);
  });
});
