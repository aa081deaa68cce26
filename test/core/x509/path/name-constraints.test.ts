import { describe, expect, it } from '@jest/globals';
import { encodeNull } from '../../../../src/core/der/writer.ts';
import { validatePath } from '../../../../src/core/x509/path/validate-path.ts';
import { nodeCrypto } from '../../../../src/platform/crypto.ts';
import {
  authority,
  type Entity,
  type EntityOptions,
  extension,
  generalName,
  leaf,
  name,
  root,
} from '../certificate-builder.ts';

const { dns, mailbox, uri, address, directory, other } = generalName;
const EMAIL = '1.2.840.113549.1.9.1';
const IA5 = 0x16;
const [COUNTRY, ORGANISATION] = ['2.5.4.6', '2.5.4.10'];

const anchor = root();
const below = (...constraints: Parameters<typeof extension.nameConstraints>): Entity =>
  authority(anchor, 'constrained', { extensions: [extension.nameConstraints(...constraints)] });

/** Is a leaf with these names admitted below the authorities? */
function admits(chain: readonly Entity[], options: EntityOptions, anchors: readonly Entity[] = [anchor]): boolean {
  const target = leaf(chain.at(-1) ?? (anchors[0] as Entity), options);
  const { path, failures } = validatePath({
    target: target.certificate,
    anchors: anchors.map(({ certificate }) => certificate),
    untrusted: chain.map(({ certificate }) => certificate),
    at: Date.UTC(2026, 10, 22),
    settings: {
      initialPolicySet: ['2.5.29.32.0'],
      initialExplicitPolicy: false,
      initialPolicyMappingInhibit: false,
      initialAnyPolicyInhibit: false,
    },
    crypto: nodeCrypto,
  });
  if (path === undefined) expect(failures.map(({ code }) => code)).toEqual(['name-constraints']);
  return path !== undefined;
}

const withNames = (...names: readonly Uint8Array[]): EntityOptions => ({
  extensions: [extension.alternativeNames(...names)],
});

/** base, name, inside; undefined: it cannot be told, so the name is neither permitted nor cleared of exclusion. */
type Row = readonly [base: string, text: string, inside: boolean | undefined];

const FORMS: readonly (readonly [string, (text: string) => Uint8Array, readonly Row[]])[] = [
  [
    'dNSName',
    dns,
    [
      ['example.com', 'example.com', true],
      ['example.com', 'www.EXAMPLE.com', true],
      ['Example.Com', 'a.b.example.com', true],
      ['example.com', 'example.com.', true],
      ['example.com', 'badexample.com', false],
      ['example.com', 'example.org', false],
      ['www.example.com', 'example.com', false],
      ['', 'anything.test', true],
      ['.example.com', 'www.example.com', undefined],
      ['.example.com', 'example.com', undefined],
      ['.example.com', 'example.org', undefined],
      ['example.com', '*.example.com', true],
      ['www.example.com', '*.example.com', undefined],
      ['www.example.com', '*.example.org', false],
      ['example.com', 'exa mple.com', undefined],
      ['example.com', '', undefined],
      ['example..com', 'www.example.com', undefined],
    ],
  ],
  [
    'rfc822Name',
    mailbox,
    [
      ['root@example.com', 'root@EXAMPLE.com', true],
      ['root@example.com', 'Root@example.com', undefined],
      ['root@example.com', 'other@example.com', false],
      ['root@example.com', 'root@example.org', false],
      ['example.com', 'anyone@example.com', true],
      ['example.com', 'anyone@www.example.com', false],
      ['.example.com', 'anyone@www.example.com', true],
      ['.example.com', 'anyone@example.com', false],
      ['example.com', '"a@b"@example.com', undefined],
      ['example.com', 'no-mailbox', undefined],
      ['example.com', '@example.com', undefined],
      ['a@b@c', 'a@b', undefined],
    ],
  ],
  [
    'uniformResourceIdentifier',
    uri,
    [
      ['www.example.com', 'http://www.example.com/path', true],
      ['www.example.com', 'https://user:pw@WWW.example.com:8443?x', true],
      ['www.example.com', 'http://example.com', false],
      ['www.example.com', 'http://a.www.example.com', false],
      ['.example.com', 'ldap://www.example.com/cn=x', true],
      ['.example.com', 'http://example.com/', false],
      ['.example.com', 'urn:example:com', undefined],
      ['.example.com', 'http://192.0.2.1/', undefined],
      ['.example.com', 'http://[2001:db8::1]/', undefined],
      ['.example.com', 'http://evil.test\\@www.example.com/', undefined],
      ['.example.com', '/relative', undefined],
      ['', 'http://www.example.com/', undefined],
    ],
  ],
];

describe.each(FORMS)('%s', (_type, encode, rows) => {
  it.each(rows)('subtree %j, name %j', (base, text, inside) => {
    expect(admits([below([encode(base)], [])], withNames(encode(text)))).toBe(inside === true);
    expect(admits([below([], [encode(base)])], withNames(encode(text)))).toBe(inside === false);
  });
});

describe('iPAddress', () => {
  const range = address(192, 0, 2, 0, 255, 255, 255, 0);
  const six = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7];
  it('is compared under the mask, and versions are apart', () => {
    expect(admits([below([range], [])], withNames(address(192, 0, 2, 77)))).toBe(true);
    expect(admits([below([range], [])], withNames(address(192, 0, 3, 77)))).toBe(false);
    expect(admits([below([range], [])], withNames(address(...six)))).toBe(false);
    expect(admits([below([], [range])], withNames(address(192, 0, 2, 77)))).toBe(false);
    expect(admits([below([], [range])], withNames(address(...six)))).toBe(true);
    const everySix = address(...Array.from({ length: 32 }, () => 0));
    expect(admits([below([everySix], [])], withNames(address(...six)))).toBe(true);
  });
});

describe('directoryName', () => {
  const japan = name([COUNTRY, 'JP', 0x13]);
  const company = name([COUNTRY, 'JP', 0x13], [ORGANISATION, 'Company']);
  const person = name([COUNTRY, 'JP', 0x13], [ORGANISATION, 'COMPANY  '], 'person');
  it('is judged in the subject and in the subjectAltName', () => {
    expect(admits([below([directory(company)], [])], { subject: person })).toBe(true);
    expect(admits([below([directory(company)], [])], { subject: company })).toBe(true);
    expect(admits([below([directory(company)], [])], { subject: japan })).toBe(false);
    expect(admits([below([], [directory(company)])], { subject: person })).toBe(false);
    expect(admits([below([], [directory(company)])], { subject: japan })).toBe(true);
    expect(admits([below([directory(company)], [])], { subject: person, ...withNames(directory(japan)) })).toBe(false);
    expect(admits([below([directory(company)], [])], { subject: name(), ...withNames(directory(person)) })).toBe(true);
  });
});

describe('directoryName in another string type', () => {
  const [TELETEX, BMP] = [0x14, 0x1e];
  const company = name([COUNTRY, 'JP', 0x13], [ORGANISATION, 'Company']);
  const disguised = (tag: number, text: string) => name([COUNTRY, 'JP', 0x13], [ORGANISATION, text, tag], 'person');
  const wide = [...'Company'].map((letter) => `\0${letter}`).join('');

  it('is neither permitted nor cleared of exclusion', () => {
    for (const subject of [disguised(TELETEX, 'Company'), disguised(BMP, wide)]) {
      expect(admits([below([directory(company)], [])], { subject })).toBe(false);
      expect(admits([below([], [directory(company)])], { subject })).toBe(false);
    }
  });

  it('is so with a flood of marks, which is not normalised', () => {
    const flood = `a${'\u0301'.repeat(16)}${'\u0323'.repeat(16)}`;
    const subject = name(flood);
    const excluded = name(`a${'\u0323'.repeat(16)}${'\u0301'.repeat(16)}`);
    expect(admits([below([], [directory(excluded)])], { subject })).toBe(false);
  });

  it('is cleared by a difference elsewhere', () => {
    const abroad = name([COUNTRY, 'FR', 0x13], [ORGANISATION, 'Company', TELETEX], 'person');
    expect(admits([below([], [directory(company)])], { subject: abroad })).toBe(true);
    expect(admits([below([], [directory(company)])], { subject: name([COUNTRY, 'JP', 0x13]) })).toBe(true);
  });
});

describe('emailAddress in the subject', () => {
  const subject = name([EMAIL, 'root@example.com', IA5]);
  it('is a mailbox', () => {
    expect(admits([below([mailbox('example.com')], [])], { subject })).toBe(true);
    expect(admits([below([mailbox('example.org')], [])], { subject })).toBe(false);
    expect(admits([below([], [mailbox('example.com')])], { subject })).toBe(false);
    expect(admits([below([mailbox('example.org')], [])], { subject, ...withNames(mailbox('a@example.org')) })).toBe(
      false,
    );
  });
});

describe('constraints', () => {
  it('say nothing of types that they do not name', () => {
    expect(admits([below([dns('example.com')], [])], withNames(mailbox('a@example.org')))).toBe(true);
    expect(admits([below([dns('example.com')], [])], {})).toBe(true);
  });

  it('of a type that is not supported reject every name of that type, and no other', () => {
    const registered = other('1.2.3', encodeNull());
    for (const constrained of [below([registered], []), below([], [registered])]) {
      expect(admits([constrained], withNames(registered))).toBe(false);
      expect(admits([constrained], withNames(dns('example.com')))).toBe(true);
    }
  });

  it('add up along the path', () => {
    const upper = below([dns('example.com')], []);
    const lower = authority(upper, 'lower', {
      extensions: [extension.nameConstraints([dns('a.example.com'), dns('other.test')], [])],
    });
    expect(admits([upper, lower], withNames(dns('www.a.example.com')))).toBe(true);
    expect(admits([upper, lower], withNames(dns('www.b.example.com')))).toBe(false);
    expect(admits([upper, lower], withNames(dns('other.test')))).toBe(false);
  });

  it('hold for every name of a certificate', () => {
    expect(admits([below([dns('example.com')], [])], withNames(dns('www.example.com'), dns('example.org')))).toBe(
      false,
    );
  });

  it('do not hold for a self-issued authority, but for a self-issued target', () => {
    const upper = authority(anchor, 'upper', {
      extensions: [extension.nameConstraints([directory(name('elsewhere'))], [])],
    });
    const renewed = authority(upper, 'upper');
    expect(admits([upper, renewed], { subject: name('elsewhere') })).toBe(true);
    expect(admits([upper], { subject: name('upper') })).toBe(false);
  });

  it('of the anchor hold as well', () => {
    const narrow = root({ extensions: [extension.nameConstraints([dns('example.com')], [])] });
    expect(admits([], withNames(dns('www.example.com')), [narrow])).toBe(true);
    expect(admits([], withNames(dns('example.org')), [narrow])).toBe(false);
  });

  it('are compared 65 536 times for one path, and more of them refuse it', () => {
    const bases = Array.from({ length: 256 }, (_, i) => dns(`x${i}.test`));
    const names = Array.from({ length: 257 }, (_, i) => dns(`n${i}.test`));
    expect(admits([below([], bases)], withNames(...names.slice(1)))).toBe(true);
    expect(admits([below([], bases)], withNames(...names))).toBe(false);
  });
});
