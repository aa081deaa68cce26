import { beforeAll, describe, expect, it } from '@jest/globals';
import { toHex } from '../../../src/core/bytes.ts';
import { encodeElement, encodeSequence } from '../../../src/core/der/writer.ts';
import { buildPolicyTable } from '../../../src/core/jpki/policy-table.ts';
import type { AnchorPin } from '../../../src/core/jpki/production-roots.ts';
import { type ProfileResult, profileWithoutPath, validateProfile } from '../../../src/core/jpki/profile.ts';
import { buildTrustAnchors } from '../../../src/core/jpki/trust-anchors.ts';
import type { Certificate } from '../../../src/core/x509/certificate.ts';
import { validatePath } from '../../../src/core/x509/path/validate-path.ts';
import { nodeCrypto } from '../../../src/platform/crypto.ts';
import {
  ARC,
  ATTRIBUTES,
  CLIENT_AUTH,
  DN,
  type Extension,
  ecKey,
  extensions,
  issueLeaf,
  issueRoot,
  type KeyPair,
  POLICY,
  profileExtensions,
  type Root,
  withSerialNumber,
} from '../verification/pretend-authority.ts';

const AT = Date.parse('2026-11-22T00:00:00Z');
const table = buildPolicyTable({ testPolicies: false });
const failure = (check: string) => ({ check, outcome: 'failed', subIndication: 'CHAIN_CONSTRAINTS_FAILURE' });

let signing: Root;
let authentication: Root;
let key: KeyPair;

beforeAll(async () => {
  signing = await issueRoot(DN.signing, Uint8Array.of(1));
  authentication = await issueRoot(DN.authentication, Uint8Array.of(2));
  key = await ecKey();
});

function pin(root: Root, kind: AnchorPin['kind']): AnchorPin {
  const sha256 = toHex(nodeCrypto.digest('SHA-256', root.certificate.der));
  return { name: `test ${kind}`, kind, generation: 3, sha256, subjectKeyIdentifier: toHex(root.identifier) };
}

function judge(
  leaf: Certificate,
  options: { pins?: AnchorPin[]; policies?: typeof table; untrusted?: Certificate[] } = {},
) {
  const pins = options.pins ?? [pin(signing, 'digital-signature'), pin(authentication, 'user-authentication')];
  const anchors = buildTrustAnchors([signing.certificate, authentication.certificate], nodeCrypto, pins);
  const settings = {
    initialPolicySet: ['2.5.29.32.0'],
    initialExplicitPolicy: false,
    initialPolicyMappingInhibit: true,
    initialAnyPolicyInhibit: true,
  };
  const { path } = validatePath({
    target: leaf,
    anchors: anchors.certificates,
    untrusted: options.untrusted ?? [],
    at: AT,
    settings,
    crypto: nodeCrypto,
  });
  if (path === undefined) throw new Error('the fixture has no path');
  return validateProfile(path, options.policies ?? table, anchors);
}

const of = (result: ProfileResult, check: string) => result.checks.find((one) => one.check === check);
const outcomes = (result: ProfileResult) =>
  Object.fromEntries(result.checks.map(({ check, outcome }) => [check, outcome]));

/** A leaf whose extensions are the honest ones after `change`. */
const leafWith = (change: (honest: Extension[]) => Extension[], root = signing, kind = 'digital-signature' as const) =>
  issueLeaf(root, key, kind, { extensions: change(profileExtensions(kind, root.identifier)) });
const authLeafWith = (change: (honest: Extension[]) => Extension[]) =>
  issueLeaf(authentication, key, 'user-authentication', {
    extensions: change(profileExtensions('user-authentication', authentication.identifier)),
  });
const without = (id: string) => (honest: Extension[]) => honest.filter((one) => one.oid !== id);
const replace = (by: Extension) => (honest: Extension[]) => honest.map((one) => (one.oid === by.oid ? by : one));

describe('an honest certificate', () => {
  it('署名用: everything passes', async () => {
    const result = judge(await issueLeaf(signing, key, 'digital-signature'));
    expect(outcomes(result)).toEqual({
      'jpki.policy': 'passed',
      'jpki.key-usage': 'passed',
      'jpki.ext-key-usage': 'passed',
      'jpki.subject-alt-name': 'passed',
      'jpki.attributes': 'passed',
      'jpki.serial-number': 'passed',
      'jpki.end-entity': 'passed',
      'jpki.direct-issuance': 'passed',
      'jpki.anchor-kind': 'passed',
      'jpki.anchor-pinned': 'passed',
      'jpki.layout': 'passed',
    });
    expect(result.policy).toEqual({ policy: POLICY.signing, kind: 'digital-signature', medium: 'card' });
    expect(result.generation).toBe(3);
    expect(result.attributes?.name).toBe('見本　太郎');
  });

  it('利用者証明用: everything passes and no attributes are read', async () => {
    const result = judge(await issueLeaf(authentication, key, 'user-authentication'));
    const rest = Object.entries(outcomes(result)).filter(([, outcome]) => outcome !== 'passed');
    expect(rest).toEqual([
      ['jpki.subject-alt-name', 'not-applicable'],
      ['jpki.attributes', 'not-applicable'],
    ]);
    expect(result.policy?.kind).toBe('user-authentication');
    expect(result.attributes).toBeUndefined();
  });

  it('利用者証明用 with attributes in it: they are not read', async () => {
    const leaf = await authLeafWith((honest) => [...honest, extensions.attributes()]);
    expect(judge(leaf).attributes).toBeUndefined();
  });

  it('of a smartphone', async () => {
    const leaf = await leafWith(replace(extensions.policies([POLICY.smartphone])));
    expect(judge(leaf).policy).toMatchObject({ kind: 'digital-signature', medium: 'smartphone' });
  });
});

describe('jpki.policy', () => {
  it.each([
    ['an unknown policy', [extensions.policies(['1.2.3.4'])]],
    ['the test policy in production', [extensions.policies([POLICY.test])]],
    ['anyPolicy', [extensions.policies(['2.5.29.32.0'])]],
    ['two known policies', [extensions.policies([POLICY.signing, POLICY.authentication])]],
    ['no certificatePolicies', []],
  ])('refuses %s', async (_, policies) => {
    const leaf = await leafWith((honest) => [...without('2.5.29.32')(honest), ...policies]);
    const result = judge(leaf);
    expect(of(result, 'jpki.policy')).toMatchObject(failure('jpki.policy'));
    expect(result.policy).toBeUndefined();
    expect(result.attributes).toBeUndefined();
    expect(of(result, 'jpki.key-usage')?.outcome).toBe('not-applicable');
  });

  it('tells which policies a refused certificate has', async () => {
    const result = judge(await leafWith(replace(extensions.policies([POLICY.test]))));
    expect(of(result, 'jpki.policy')?.detail).toEqual({ known: 0, policies: [POLICY.test] });
  });

  it('knows the test policy when told to', async () => {
    const leaf = await leafWith(replace(extensions.policies([POLICY.test])));
    expect(judge(leaf, { policies: buildPolicyTable({ testPolicies: true }) }).policy?.kind).toBe('digital-signature');
  });

  it('reports a further policy that is not known', async () => {
    const leaf = await leafWith(replace(extensions.policies([POLICY.signing, '1.2.3.4'])));
    expect(of(judge(leaf), 'jpki.policy')?.outcome).toBe('passed');
    expect(of(judge(leaf), 'jpki.layout')).toMatchObject({ outcome: 'reported', detail: { departures: ['policies'] } });
  });
});

describe('jpki.key-usage', () => {
  it.each([
    ['digitalSignature alone for 署名用', extensions.keyUsage('user-authentication')],
    ['keyCertSign and cRLSign', extensions.keyUsage('ca')],
    ['one bit more', { oid: '2.5.29.15', critical: true, value: Uint8Array.of(3, 2, 5, 0xe0) }],
  ])('refuses %s', async (_, keyUsage) => {
    expect(of(judge(await leafWith(replace(keyUsage))), 'jpki.key-usage')).toMatchObject(failure('jpki.key-usage'));
  });

  it('refuses nonRepudiation for 利用者証明用', async () => {
    const leaf = await authLeafWith(replace(extensions.keyUsage('digital-signature')));
    expect(of(judge(leaf), 'jpki.key-usage')).toMatchObject(failure('jpki.key-usage'));
  });

  it('refuses its absence', async () => {
    const leaf = await leafWith(without('2.5.29.15'));
    expect(of(judge(leaf), 'jpki.key-usage')).toMatchObject({ outcome: 'failed', detail: { reason: 'absent' } });
  });
});

describe('jpki.ext-key-usage', () => {
  const ANY = '2.5.29.37.0';
  const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';

  it.each([
    ['with clientAuth and more', [CLIENT_AUTH, SERVER_AUTH], 'passed'],
    ['with anyExtendedKeyUsage', [ANY], 'reported'],
    ['without clientAuth', [SERVER_AUTH], 'failed'],
  ])('利用者証明用 %s', async (_, purposes, outcome) => {
    const leaf = await authLeafWith(replace(extensions.extKeyUsage(purposes)));
    expect(of(judge(leaf), 'jpki.ext-key-usage')?.outcome).toBe(outcome);
  });

  it('利用者証明用 without any is reported', async () => {
    expect(of(judge(await authLeafWith(without('2.5.29.37'))), 'jpki.ext-key-usage')?.outcome).toBe('reported');
  });

  it.each([
    ['not critical', [SERVER_AUTH], false, 'reported'],
    ['critical', [SERVER_AUTH], true, 'failed'],
    ['critical with anyExtendedKeyUsage', [ANY], true, 'reported'],
  ])('署名用 with one that is %s', async (_, purposes, critical, outcome) => {
    const leaf = await leafWith((honest) => [...honest, extensions.extKeyUsage(purposes, critical)]);
    expect(of(judge(leaf), 'jpki.ext-key-usage')?.outcome).toBe(outcome);
  });
});

describe('jpki.subject-alt-name and jpki.attributes', () => {
  it('refuses its absence', async () => {
    const result = judge(await leafWith(without('2.5.29.17')));
    expect(of(result, 'jpki.subject-alt-name')).toMatchObject(failure('jpki.subject-alt-name'));
    expect(of(result, 'jpki.attributes')?.outcome).toBe('not-applicable');
    expect(result.attributes).toBeUndefined();
  });

  it('refuses an attribute given twice, and names it without its value', async () => {
    const twice = [...Object.entries(ATTRIBUTES), [`${ARC}.1`, '別名　次郎']] as [string, string][];
    const result = judge(await leafWith(replace(extensions.attributes(twice))));
    expect(of(result, 'jpki.subject-alt-name')?.detail).toEqual({
      reason: 'duplicate',
      attribute: 'jpki-pd-commonName',
    });
    expect(JSON.stringify(result.checks)).not.toContain('別名');
  });

  it('reports odd values by name and never by value', async () => {
    const odd = Object.entries({ ...ATTRIBUTES, [`${ARC}.4`]: '319800200', [`${ARC}.3`]: '7', [`${ARC}.7`]: 'ミホン' });
    const result = judge(await leafWith(replace(extensions.attributes(odd))));
    expect(of(result, 'jpki.attributes')).toMatchObject({
      outcome: 'reported',
      detail: { warnings: ['date-of-birth-incomplete', 'gender-other', 'additional-attributes'] },
    });
    expect(JSON.stringify(result.checks)).not.toMatch(/見本|1980|ミホン/);
  });
});

describe('serial number, authority, issuance', () => {
  it.each([
    ['zero', Uint8Array.of(0)],
    ['negative', Uint8Array.of(0xff, 0x7f)],
    ['longer than 20 octets', new Uint8Array(21).fill(1)],
  ])('refuses a serial number that is %s', async (_, octets) => {
    const leaf = await withSerialNumber(await issueLeaf(signing, key, 'digital-signature'), signing, octets);
    expect(of(judge(leaf), 'jpki.serial-number')).toMatchObject(failure('jpki.serial-number'));
  });

  it('accepts 20 octets', async () => {
    const octets = new Uint8Array(20).fill(1);
    const leaf = await withSerialNumber(await issueLeaf(signing, key, 'digital-signature'), signing, octets);
    expect(of(judge(leaf), 'jpki.serial-number')?.outcome).toBe('passed');
  });

  it('refuses a CA certificate as signer, by basicConstraints or by key usage', async () => {
    const byConstraints = await leafWith((honest) => [...honest, extensions.basicConstraints(true)]);
    expect(of(judge(byConstraints), 'jpki.end-entity')).toMatchObject({ outcome: 'failed', detail: { cA: true } });
    const byUsage = await leafWith(replace(extensions.keyUsage('ca')));
    expect(of(judge(byUsage), 'jpki.end-entity')).toMatchObject({ outcome: 'failed', detail: { keyCertSign: true } });
    const notCa = await leafWith((honest) => [...honest, extensions.basicConstraints(false)]);
    expect(of(judge(notCa), 'jpki.end-entity')?.outcome).toBe('passed');
  });

  it('refuses a certificate that an intermediate issued', async () => {
    const middleKey = await ecKey();
    const middle = await issueLeaf(signing, middleKey, 'digital-signature', {
      subject: 'C=JP, CN=Middle',
      serial: '02',
      extensions: [
        extensions.keyUsage('ca'),
        extensions.basicConstraints(true),
        extensions.policies([POLICY.signing]),
        extensions.subjectKeyIdentifier(Uint8Array.of(7)),
      ],
    });
    const root: Root = { certificate: middle, key: middleKey, name: 'C=JP, CN=Middle', identifier: Uint8Array.of(7) };
    const result = judge(await issueLeaf(root, key, 'digital-signature'), { untrusted: [middle] });
    expect(of(result, 'jpki.direct-issuance')).toMatchObject(failure('jpki.direct-issuance'));
  });
});

describe('jpki.anchor-kind and jpki.anchor-pinned', () => {
  it('refuses a 署名用 certificate by a pinned root of the other kind', async () => {
    const leaf = await issueLeaf(authentication, key, 'digital-signature');
    expect(of(judge(leaf), 'jpki.anchor-kind')).toMatchObject({
      ...failure('jpki.anchor-kind'),
      detail: { anchor: 'user-authentication', certificate: 'digital-signature' },
    });
  });

  it('reports the same by an unpinned root, and that it is unpinned', async () => {
    const result = judge(await issueLeaf(authentication, key, 'digital-signature'), { pins: [] });
    expect(of(result, 'jpki.anchor-kind')?.outcome).toBe('reported');
    expect(of(result, 'jpki.anchor-pinned')).toMatchObject({ outcome: 'reported', detail: { pinned: false } });
    expect(result.generation).toBeNull();
  });

  it('passes an unpinned root whose name says the kind', async () => {
    const result = judge(await issueLeaf(signing, key, 'digital-signature'), { pins: [] });
    expect(of(result, 'jpki.anchor-kind')?.outcome).toBe('passed');
  });

  it('is not asked without a known policy', async () => {
    const leaf = await leafWith(replace(extensions.policies(['1.2.3.4'])));
    expect(of(judge(leaf), 'jpki.anchor-kind')?.outcome).toBe('not-applicable');
  });
});

describe('jpki.layout', () => {
  const departures = async (leaf: Promise<Certificate>) => of(judge(await leaf), 'jpki.layout');

  it.each([
    ['issuerAltName', '2.5.29.18'],
    ['cRLDistributionPoints', '2.5.29.31'],
    ['authorityKeyIdentifier', '2.5.29.35'],
    ['subjectKeyIdentifier', '2.5.29.14'],
  ])('reports an absent %s and fails nothing', async (name, id) => {
    const result = judge(await leafWith(without(id)));
    expect(of(result, 'jpki.layout')).toMatchObject({
      outcome: 'reported',
      detail: { departures: [`absent:${name}`] },
    });
    expect(result.checks.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
  });

  it('reports an absent authorityInfoAccess of 利用者証明用; that of 署名用 is not established', async () => {
    const absent = without('1.3.6.1.5.5.7.1.1');
    expect((await departures(authLeafWith(absent)))?.detail).toEqual({ departures: ['absent:authorityInfoAccess'] });
    expect((await departures(leafWith(absent)))?.outcome).toBe('passed');
  });

  it('reports another order', async () => {
    const result = judge(await leafWith((honest) => honest.toReversed()));
    expect(of(result, 'jpki.layout')).toMatchObject({ outcome: 'reported', detail: { departures: ['order'] } });
    expect(result.checks.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
  });

  it('reports other criticality and additional extensions', async () => {
    const more = { oid: '1.2.3.4', critical: false, value: Uint8Array.of(5, 0) };
    const leaf = leafWith((honest) => [...replace(extensions.policies([POLICY.signing], false))(honest), more]);
    const expected = ['criticality:certificatePolicies', 'additional:1.2.3.4'];
    expect((await departures(leaf))?.detail).toEqual({ departures: expected });
  });

  it('reports an authorityKeyIdentifier that means another certificate than the issuer', async () => {
    const names = (kind: keyof typeof DN, serial: number, ...identifier: number[]): Extension => {
      const { der } = (kind === 'signing' ? signing : authentication).certificate.subject;
      const fields = [
        encodeElement(0x80, Uint8Array.from(identifier)),
        encodeElement(0xa1, encodeElement(0xa4, der)),
        encodeElement(0x82, Uint8Array.of(serial)),
      ];
      return { oid: '2.5.29.35', critical: false, value: encodeSequence(...fields) };
    };
    const expected = { outcome: 'reported', detail: { departures: ['authority'] } };
    for (const wrong of [names('signing', 1, 7), names('signing', 2, 1), names('authentication', 1, 1)]) {
      const result = judge(await leafWith(replace(wrong)));
      expect(of(result, 'jpki.layout')).toMatchObject(expected);
      expect(result.checks.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    }
    expect((await departures(leafWith(replace(names('signing', 1, 1)))))?.outcome).toBe('passed');
  });
});

describe('profileWithoutPath', () => {
  it('says nothing', () => {
    const result = profileWithoutPath();
    expect(new Set(result.checks.map(({ outcome }) => outcome))).toEqual(new Set(['not-applicable']));
    expect(result.checks).toHaveLength(11);
    expect(result).toMatchObject({ policy: undefined, generation: null, attributes: undefined });
  });
});
