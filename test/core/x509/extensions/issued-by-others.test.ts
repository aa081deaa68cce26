import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import * as x509 from '@peculiar/x509';
import * as asn1js from 'asn1js';
import * as pkijs from 'pkijs';
import { toHex } from '../../../../src/core/bytes.ts';
import { decodeCertificate } from '../../../../src/core/x509/decode-certificate.ts';
import type { Extensions } from '../../../../src/core/x509/extensions.ts';
import type { GeneralName } from '../../../../src/core/x509/name.ts';

/** Each extension as @peculiar/x509 or pkijs writes it. */

let keys: webcrypto.CryptoKeyPair;

beforeAll(async () => {
  x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0]);
  const algorithm = { name: 'ECDSA', namedCurve: 'P-384' };
  keys = (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
});

async function issue(...extensions: x509.Extension[]): Promise<Extensions> {
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '0a',
    name: 'C=JP, O=JPKI-TEST',
    notBefore: new Date('2026-01-01T00:00:00Z'),
    notAfter: new Date('2056-01-01T00:00:00Z'),
    keys: keys as unknown as x509.X509CertificateCreateSelfSignedParams['keys'],
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-384' },
    extensions,
  });
  const decoded = decodeCertificate(new Uint8Array(certificate.rawData));
  expect(decoded.notAfter).toBe(Date.UTC(2056, 0, 1));
  expect(decoded.subjectPublicKeyInfo.key).toEqual({ type: 'ec', curve: 'P-384' });
  return decoded.extensions;
}

/** An extension out of a pkijs structure. */
function raw(id: string, structure: { toSchema(): { toBER(): ArrayBuffer } }, critical = false): x509.Extension {
  return new x509.Extension(id, critical, structure.toSchema().toBER());
}

const uriName = (value: string): pkijs.GeneralName => new pkijs.GeneralName({ type: 6, value });
const dnsName = (value: string): pkijs.GeneralName => new pkijs.GeneralName({ type: 2, value });

describe('extensions issued by other code', () => {
  it('keyUsage', async () => {
    const { KeyUsageFlags } = x509;
    const both = KeyUsageFlags.digitalSignature | KeyUsageFlags.nonRepudiation;
    expect([...((await issue(new x509.KeyUsagesExtension(both, true))).keyUsage ?? [])]).toEqual([
      'digitalSignature',
      'nonRepudiation',
    ]);
    const last = await issue(new x509.KeyUsagesExtension(KeyUsageFlags.decipherOnly | KeyUsageFlags.keyAgreement));
    expect([...(last.keyUsage ?? [])]).toEqual(['keyAgreement', 'decipherOnly']);
    expect(last.all).toHaveLength(1);
    expect(last.all[0]).toMatchObject({ extnID: '2.5.29.15', critical: false });
  });

  it('extKeyUsage', async () => {
    const usages = ['1.3.6.1.5.5.7.3.2', '1.3.6.1.5.5.7.3.9'];
    expect((await issue(new x509.ExtendedKeyUsageExtension(usages))).extKeyUsage).toEqual(usages);
  });

  it('certificatePolicies, with and without qualifiers', async () => {
    const plain = await issue(new x509.CertificatePolicyExtension(['1.2.392.200149.8.5.1.0.20', '2.5.29.32.0'], true));
    expect(plain.certificatePolicies).toEqual([
      { policyIdentifier: '1.2.392.200149.8.5.1.0.20', policyQualifiers: [] },
      { policyIdentifier: '2.5.29.32.0', policyQualifiers: [] },
    ]);
    expect(plain.all[0]?.critical).toBe(true);
    const cps = new asn1js.IA5String({ value: 'http://www.jpki.go.jp/cps.html' });
    const policies = new pkijs.CertificatePolicies({
      certificatePolicies: [
        new pkijs.PolicyInformation({
          policyIdentifier: '1.2.3',
          policyQualifiers: [new pkijs.PolicyQualifierInfo({ policyQualifierId: '1.3.6.1.5.5.7.2.1', qualifier: cps })],
        }),
      ],
    });
    const [policy] = (await issue(raw('2.5.29.32', policies))).certificatePolicies ?? [];
    expect(policy?.policyQualifiers[0]?.policyQualifierId).toBe('1.3.6.1.5.5.7.2.1');
    expect(Buffer.from(policy?.policyQualifiers[0]?.qualifier ?? []).toString('latin1')).toContain(
      'http://www.jpki.go.jp',
    );
  });

  it('subjectAltName and issuerAltName with every type of name', async () => {
    const names: x509.JsonGeneralName[] = [
      { type: 'dns', value: 'example.com' },
      { type: 'email', value: 'a@example.com' },
      { type: 'ip', value: '192.0.2.1' },
      { type: 'ip', value: '2001:db8::7' },
      { type: 'url', value: 'https://example.com/' },
      { type: 'dn', value: 'CN=公的個人認証' },
      { type: 'id', value: '1.2.3.4' },
      { type: 'upn', value: 'u@example.com' },
    ];
    const both = await issue(
      new x509.SubjectAlternativeNameExtension(names),
      new x509.IssuerAlternativeNameExtension(names),
    );
    expect(both.issuerAltName).toEqual(both.subjectAltName);
    const [dns, email, four, six, url, dn, id, other] = both.subjectAltName as readonly GeneralName[];
    expect(dns).toEqual({ type: 'dNSName', value: 'example.com' });
    expect(email).toEqual({ type: 'rfc822Name', value: 'a@example.com' });
    expect(four?.type === 'iPAddress' && [...four.value]).toEqual([192, 0, 2, 1]);
    expect(six?.type === 'iPAddress' && toHex(six.value)).toBe('20010db8000000000000000000000007');
    expect(url).toEqual({ type: 'uniformResourceIdentifier', value: 'https://example.com/' });
    expect(dn?.type === 'directoryName' && dn.value.rdns[0]?.[0]?.value).toBe('公的個人認証');
    expect(id).toEqual({ type: 'registeredID', value: '1.2.3.4' });
    expect(other).toMatchObject({ type: 'otherName', typeId: '1.3.6.1.4.1.311.20.2.3' });
    expect(other?.type === 'otherName' && toHex(other.value)).toBe(
      `0c0d${Buffer.from('u@example.com').toString('hex')}`,
    );
  });

  it('basicConstraints', async () => {
    expect((await issue(new x509.BasicConstraintsExtension(true, 3, true))).basicConstraints).toEqual({
      cA: true,
      pathLenConstraint: 3,
    });
    expect((await issue(new x509.BasicConstraintsExtension(false))).basicConstraints).toEqual({
      cA: false,
      pathLenConstraint: undefined,
    });
  });

  it('nameConstraints', async () => {
    const constraints = new pkijs.NameConstraints({
      permittedSubtrees: [new pkijs.GeneralSubtree({ base: dnsName('example.com') })],
      excludedSubtrees: [new pkijs.GeneralSubtree({ base: uriName('.example.org') })],
    });
    expect((await issue(raw('2.5.29.30', constraints, true))).nameConstraints).toEqual({
      permittedSubtrees: [{ type: 'dNSName', value: 'example.com' }],
      excludedSubtrees: [{ type: 'uniformResourceIdentifier', value: '.example.org' }],
    });
  });

  it('policyMappings, policyConstraints, inhibitAnyPolicy', async () => {
    const mapping = new pkijs.PolicyMapping({ issuerDomainPolicy: '1.2.3', subjectDomainPolicy: '1.2.4' });
    const decoded = await issue(
      raw('2.5.29.33', new pkijs.PolicyMappings({ mappings: [mapping] })),
      raw('2.5.29.36', new pkijs.PolicyConstraints({ requireExplicitPolicy: 1, inhibitPolicyMapping: 0 })),
      new x509.Extension('2.5.29.54', true, new asn1js.Integer({ value: 300 }).toBER()),
    );
    expect(decoded.policyMappings).toEqual([{ issuerDomainPolicy: '1.2.3', subjectDomainPolicy: '1.2.4' }]);
    expect(decoded.policyConstraints).toEqual({ requireExplicitPolicy: 1, inhibitPolicyMapping: 0 });
    expect(decoded.inhibitAnyPolicy).toBe(300);
  });

  it('cRLDistributionPoints and freshestCRL', async () => {
    const urls = await issue(new x509.CRLDistributionPointsExtension(['http://example.com/a.crl']));
    expect(urls.cRLDistributionPoints).toEqual([
      {
        distributionPoint: {
          type: 'fullName',
          names: [{ type: 'uniformResourceIdentifier', value: 'http://example.com/a.crl' }],
        },
        reasons: undefined,
        cRLIssuer: undefined,
      },
    ]);
    const relative = new pkijs.RelativeDistinguishedNames({
      typesAndValues: [
        new pkijs.AttributeTypeAndValue({ type: '2.5.4.3', value: new asn1js.Utf8String({ value: 'x' }) }),
      ],
    });
    const points = new pkijs.CRLDistributionPoints({
      distributionPoints: [
        new pkijs.DistributionPoint({ distributionPoint: [dnsName('a.test')] }),
        new pkijs.DistributionPoint({ cRLIssuer: [new pkijs.GeneralName({ type: 4, value: relative })] }),
      ],
    });
    const freshest = (await issue(raw('2.5.29.46', points))).freshestCRL;
    expect(freshest?.[0]?.distributionPoint).toEqual({
      type: 'fullName',
      names: [{ type: 'dNSName', value: 'a.test' }],
    });
    const [issuer] = freshest?.[1]?.cRLIssuer ?? [];
    expect(issuer?.type === 'directoryName' && issuer.value.rdns[0]?.[0]?.value).toBe('x');
  });

  it('authorityInfoAccess and subjectInfoAccess', async () => {
    const ocsp = await issue(new x509.AuthorityInfoAccessExtension({ ocsp: 'http://ocsp.test/' }));
    expect(ocsp.authorityInfoAccess).toEqual([
      {
        accessMethod: '1.3.6.1.5.5.7.48.1',
        accessLocation: { type: 'uniformResourceIdentifier', value: 'http://ocsp.test/' },
      },
    ]);
    const repository = new pkijs.InfoAccess({
      accessDescriptions: [
        new pkijs.AccessDescription({ accessMethod: '1.3.6.1.5.5.7.48.5', accessLocation: uriName('http://r.test/') }),
      ],
    });
    expect((await issue(raw('1.3.6.1.5.5.7.1.11', repository))).subjectInfoAccess).toEqual([
      {
        accessMethod: '1.3.6.1.5.5.7.48.5',
        accessLocation: { type: 'uniformResourceIdentifier', value: 'http://r.test/' },
      },
    ]);
  });

  it('key identifiers, the authority with all three fields', async () => {
    const keyId = 'ab'.repeat(20);
    const simple = await issue(
      new x509.AuthorityKeyIdentifierExtension(keyId),
      new x509.SubjectKeyIdentifierExtension(keyId),
    );
    expect(toHex(simple.authorityKeyIdentifier?.keyIdentifier ?? Uint8Array.of())).toBe(keyId);
    expect(simple.authorityKeyIdentifier?.authorityCertSerialNumber).toBeUndefined();
    expect(toHex(simple.subjectKeyIdentifier ?? Uint8Array.of())).toBe(keyId);
    const issuerName = new pkijs.RelativeDistinguishedNames({
      typesAndValues: [
        new pkijs.AttributeTypeAndValue({ type: '2.5.4.6', value: new asn1js.PrintableString({ value: 'JP' }) }),
      ],
    });
    const full = new pkijs.AuthorityKeyIdentifier({
      keyIdentifier: new asn1js.OctetString({ valueHex: Uint8Array.of(1, 2).buffer }),
      authorityCertIssuer: [new pkijs.GeneralName({ type: 4, value: issuerName })],
      authorityCertSerialNumber: new asn1js.Integer({ value: 0x0132c4ab }),
    });
    const { authorityKeyIdentifier } = await issue(raw('2.5.29.35', full));
    expect([...(authorityKeyIdentifier?.keyIdentifier ?? [])]).toEqual([1, 2]);
    expect(authorityKeyIdentifier?.authorityCertSerialNumber).toMatchObject({ hex: '0132c4ab', positive: true });
    expect(authorityKeyIdentifier?.authorityCertIssuer?.[0]?.type).toBe('directoryName');
  });

  it('privateKeyUsagePeriod and subjectDirectoryAttributes', async () => {
    const period = new pkijs.PrivateKeyUsagePeriod({ notBefore: new Date('2026-01-01T00:00:00Z') });
    const attributes = new pkijs.SubjectDirectoryAttributes({
      attributes: [
        new pkijs.Attribute({ type: '1.3.6.1.5.5.7.9.4', values: [new asn1js.PrintableString({ value: 'JP' })] }),
      ],
    });
    const decoded = await issue(raw('2.5.29.16', period), raw('2.5.29.9', attributes));
    expect(decoded.privateKeyUsagePeriod).toEqual({ notBefore: Date.UTC(2026, 0, 1) });
    expect(decoded.subjectDirectoryAttributes?.[0]?.type).toBe('1.3.6.1.5.5.7.9.4');
    expect(toHex(decoded.subjectDirectoryAttributes?.[0]?.values[0] ?? Uint8Array.of())).toBe('13024a50');
  });

  it('id-pkix-ocsp-nocheck and unknown extensions', async () => {
    const decoded = await issue(
      new x509.Extension('1.3.6.1.5.5.7.48.1.5', false, new asn1js.Null().toBER()),
      new x509.Extension('1.2.3.4', true, Uint8Array.of(1, 2, 3)),
    );
    expect(decoded.ocspNoCheck).toBe(true);
    expect(decoded.all[1]).toMatchObject({ extnID: '1.2.3.4', critical: true });
    expect([...(decoded.all[1]?.extnValue ?? [])]).toEqual([1, 2, 3]);
  });
});
