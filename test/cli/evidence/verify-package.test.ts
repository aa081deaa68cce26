import { hash, sign } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { ZipFile } from 'yazl';
import { verdictLines } from '../../../src/cli/evidence/verdict-lines.ts';
import { verifyPackage } from '../../../src/cli/evidence/verify-package.ts';
import { decodeCertificate } from '../../../src/core/x509/decode-certificate.ts';
import { readZip } from '../../../src/platform/zip/read-zip.ts';
import { writeZip, type ZipEntry } from '../../../src/platform/zip/write-zip.ts';
import { CONTENT, NO_TRUST, type PackageChoice, packageOf, signerOf, TRUST } from '../../evidence-package.ts';
import { FIXTURE_NOW, readFixture, readKey } from '../../fixtures.ts';

const LIMITS = { entries: 64, size: 2 ** 20 };
/** A certificate that its OCSP response says is revoked. */
const REVOKED: PackageChoice = {
  certificate: readFixture('leaf-digital-signature-revoked.crt'),
  signature: sign('sha256', CONTENT, readKey('leaf-digital-signature-revoked.crt')),
  ocspResponse: readFixture('ocsp-revoked.der'),
};
const entriesOf = (octets: Buffer) => readZip(octets, LIMITS);
const verifyChanged = async (change: (entries: ZipEntry[]) => ZipEntry[]) =>
  verifyPackage(await writeZip(change(await entriesOf(await packageOf()))), TRUST);

describe('a package', () => {
  it('is the same octets each time', async () => {
    expect((await packageOf()).equals(await packageOf())).toBe(true);
  });

  const choices: readonly (readonly [string, PackageChoice, object])[] = [
    ['by OCSP', {}, { indication: 'TOTAL-PASSED' }],
    ['by CRL', { by: 'crl' }, { indication: 'TOTAL-PASSED' }],
    ['revoked by OCSP', REVOKED, { subIndication: 'REVOKED' }],
    ['stale OCSP', { ocspResponse: readFixture('ocsp-stale.der') }, { subIndication: 'TRY_LATER' }],
    ['a stale CRL', { by: 'crl', crl: readFixture('crl-stale.crl') }, { subIndication: 'TRY_LATER' }],
    [
      'a signature over something else',
      { signature: sign('sha256', Buffer.from('else'), readKey('leaf-digital-signature.crt')) },
      { indication: 'TOTAL-FAILED' },
    ],
  ];
  it.each(choices)('%s is judged again with the same verdict', async (_what, choice, says) => {
    const verdict = await verifyPackage(await packageOf(choice), TRUST);
    expect(verdict).toMatchObject({ result: 'same', judgedAgain: true, differences: [], faults: [], ...says });
  });

  it('of which any bit is flipped is found', async () => {
    const octets = await packageOf();
    const missed: number[] = [];
    for (let at = 0; at < octets.length; at += 23) {
      const altered = Buffer.from(octets);
      altered[at] = (altered[at] as number) ^ (1 << (at % 8));
      if ((await verifyPackage(altered, TRUST)).result !== 'altered') missed.push(at);
    }
    expect(missed).toEqual([]);
  });

  it('that is cut short, or has something before or behind it, is found', async () => {
    const octets = await packageOf();
    const more = Buffer.from('more');
    for (const other of [octets.subarray(0, -1), Buffer.concat([octets, more]), Buffer.concat([more, octets]), more]) {
      expect(await verifyPackage(other, TRUST)).toMatchObject({ result: 'altered' });
    }
  });
});

describe('a ZIP made anew', () => {
  const without = (name: string) => (entries: ZipEntry[]) => entries.filter((entry) => entry.name !== name);
  const renamed = (from: string, to: string) => (entries: ZipEntry[]) =>
    entries.map((entry) => (entry.name === from ? { ...entry, name: to } : entry));
  const extra = { name: 'extra.txt', octets: Buffer.from('x') };
  const policy = (entries: ZipEntry[]) => entries.find(({ name }) => name === 'policy.json') as ZipEntry;
  it.each([
    ['without an entry', without('policy.json'), { fault: 'entry-missing', name: 'policy.json' }],
    ['without manifest', without('manifest.json'), { fault: 'entry-missing', name: 'manifest.json' }],
    ['without its seal', without('manifest.seal.json'), { fault: 'entry-missing', name: 'manifest.seal.json' }],
    ['with one more', (all: ZipEntry[]) => [extra, ...all], { fault: 'entry-not-listed', name: 'extra.txt' }],
    ['renamed', renamed('policy.json', 'rules.json'), { fault: 'entry-not-listed', name: 'rules.json' }],
    ['twice the same', (all: ZipEntry[]) => [policy(all), ...all], { fault: 'entry-duplicated', name: 'policy.json' }],
    [
      'twice its seal',
      (all: ZipEntry[]) => [...all, all.at(-1) as ZipEntry],
      { fault: 'entry-duplicated', name: 'manifest.seal.json' },
    ],
    [
      'in another order',
      (all: ZipEntry[]) => [...all.slice(1, -2), all[0] as ZipEntry, ...all.slice(-2)],
      { fault: 'entry-out-of-order', name: 'verification.json' },
    ],
  ])('%s says so', async (_what, change, fault) => {
    const verdict = await verifyChanged(change);
    expect(verdict.result).toBe('altered');
    expect(verdict.faults).toContainEqual(fault);
  });

  it('of the same entries, compressed, is none of ours', async () => {
    const zip = new ZipFile();
    for (const { name, octets } of await entriesOf(await packageOf())) zip.addBuffer(Buffer.from(octets), name);
    zip.end();
    const parts: Buffer[] = [];
    for await (const part of zip.outputStream) parts.push(part as Buffer);
    expect((await verifyPackage(Buffer.concat(parts), TRUST)).faults).toEqual([{ fault: 'not-a-package', name: null }]);
  });
});

describe('what a verdict rests on beside the certificate', () => {
  const caKey = decodeCertificate(readFixture('root-digital-signature-2.crt')).subjectPublicKeyInfo.der;
  const byDelegate: PackageChoice = {
    ocspResponse: readFixture('ocsp-delegate-without-nocheck.der'),
    supportingCrls: [readFixture('crl-undivided.crl')],
    undividedCaKeys: [hash('sha256', caKey)],
  };

  it('is in the package: a responder without id-pkix-ocsp-nocheck is shown good by its list again', async () => {
    const octets = await packageOf(byDelegate);
    expect((await entriesOf(octets)).map(({ name }) => name)).toContain('revocation/supporting-crls/1.der');
    expect(await verifyPackage(octets, TRUST)).toMatchObject({
      ...{ result: 'same', judgedAgain: true, differences: [], indication: 'TOTAL-PASSED' },
    });
  });

  it.each([
    ['none at all', []],
    ['one about other certificates', [readFixture('crl-tsukuba.crl')]],
    ['a stale one', [readFixture('crl-stale.crl')]],
    ['something else', [Buffer.from('no list')]],
  ])('counts for nothing with %s, and a record that says it passed differs', async (_what, supportingCrls) => {
    const recorded: PackageChoice['recorded'] = (report) => ({
      ...report,
      ...{ indication: 'TOTAL-PASSED', subIndication: null, retryable: false },
    });
    const verdict = await verifyPackage(await packageOf({ ...byDelegate, supportingCrls, recorded }), TRUST);
    expect(verdict.result).toBe('differs');
    expect(verdict.differences).toContainEqual({ at: 'indication', recorded: 'TOTAL-PASSED', found: 'INDETERMINATE' });
  });
});

describe('the policy in force', () => {
  it('stands in the package by number and digest, as in report and cover', async () => {
    const entries = await entriesOf(await packageOf());
    const textOf = (wanted: string) =>
      Buffer.from(entries.find(({ name }) => name === wanted)?.octets ?? []).toString();
    const policy = JSON.parse(textOf('policy.json'));
    expect(policy).toMatchObject({
      version: 3,
      rulesVersion: 2,
      sha256: hash('sha256', JSON.stringify(policy.policy)),
    });
    expect(policy.rulesSha256).toBe(hash('sha256', JSON.stringify(policy.rules)));
    expect(JSON.parse(textOf('report.json'))).toMatchObject({ policyVersion: 3, rulesVersion: 2 });
    expect(JSON.parse(textOf('verification.json')).settings).toMatchObject({ policyVersion: 3, rulesVersion: 2 });
    expect(textOf('cover.html')).toContain('第3版 / version 3');
  });

  it('is told by its number', async () => {
    const verdict = await verifyPackage(await packageOf(), TRUST);
    expect(verdict).toMatchObject({ policyVersion: 3, rulesVersion: 2 });
    expect(verdictLines(verdict)).toContain("  By version 3 of the policy and 2 of the deployment's settings.");
  });

  it('of another number in the report is told', async () => {
    const recorded: PackageChoice['recorded'] = (report) => ({ ...report, policyVersion: 4 });
    expect((await verifyPackage(await packageOf({ recorded }), TRUST)).faults).toEqual([
      { fault: 'entries-disagree', name: 'policy.json' },
    ]);
  });
});

describe('origin', () => {
  it('of a package that nobody vouches for is not proven', async () => {
    expect(await verifyPackage(await packageOf(), NO_TRUST)).toMatchObject({
      result: 'origin-not-proven',
      anchor: { trusted: false },
      sealKey: { trusted: false },
    });
    expect((await verifyPackage(await packageOf(), { ...TRUST, anchors: [] })).result).toBe('origin-not-proven');
    expect((await verifyPackage(await packageOf(), { ...TRUST, keys: [] })).result).toBe('origin-not-proven');
  });

  it('of a forgery with roots and keys of its own is not proven, though it is consistent in itself', async () => {
    const forged = await packageOf({
      roots: [readFixture('root-attacker.crt')],
      certificate: readFixture('leaf-forged.crt'),
      signature: sign('sha256', CONTENT, readKey('leaf-forged.crt')),
      signer: signerOf('a forger'),
    });
    const verdict = await verifyPackage(forged, TRUST);
    expect(verdict).toMatchObject({ result: 'origin-not-proven', judgedAgain: true, sealKey: { trusted: false } });
    expect(verdict.anchor?.trusted).toBe(false);
  });

  it("of a seal outside its key's time is not proven", async () => {
    const keys = TRUST.keys.map((key) => ({ ...key, validFrom: FIXTURE_NOW + 86_400_000 }));
    expect((await verifyPackage(await packageOf(), { ...TRUST, keys })).result).toBe('origin-not-proven');
  });
});

describe('a record that says something else than the evidence', () => {
  it('differs, and is told exactly where', async () => {
    const recorded: PackageChoice['recorded'] = (report) => ({
      ...report,
      ...{ indication: 'TOTAL-PASSED', subIndication: null },
    });
    expect(await verifyPackage(await packageOf({ ...REVOKED, recorded }), TRUST)).toMatchObject({
      result: 'differs',
      differences: [
        { at: 'indication', recorded: 'TOTAL-PASSED', found: 'TOTAL-FAILED' },
        { at: 'subIndication', recorded: null, found: 'REVOKED' },
      ],
    });
  });

  it('of other attributes is told without showing them', async () => {
    const recorded: PackageChoice['recorded'] = (report) => ({
      ...report,
      attributes: { ...report.attributes, name: '別人' },
    });
    const verdict = await verifyPackage(await packageOf({ recorded }), TRUST);
    expect(verdict.differences).toEqual([{ at: 'attributes.name', recorded: 'personal', found: 'other' }]);
  });

  it('of a challenge used up meanwhile is taken at its word, and that is told', async () => {
    const lost = {
      check: 'certificate.identity',
      clause: '',
      outcome: 'failed',
      subIndication: 'CERTIFICATE_CHAIN_GENERAL_FAILURE',
    };
    const recorded: PackageChoice['recorded'] = (report) => ({
      ...report,
      ...{ indication: 'INDETERMINATE', subIndication: 'CERTIFICATE_CHAIN_GENERAL_FAILURE' },
      ...{ checks: [...report.checks, { ...lost, detail: {} } as never], attributes: null, legalMethod: null },
    });
    expect(await verifyPackage(await packageOf({ recorded }), TRUST)).toMatchObject({
      ...{ result: 'same', differences: [], takenFromRecord: ['certificate.identity'] },
    });
  });
});

describe('a service-provider', () => {
  it.each(['ocsp', 'crl'] as const)('is given no certificate, serial or list, judged by %s', async (by) => {
    const octets = await packageOf({ kind: 'service-provider', by });
    const names = (await entriesOf(octets)).map(({ name }) => name);
    for (const name of ['certificate.der', 'revocation/ocsp-response.der', 'revocation/crl.der'])
      expect(names).not.toContain(name);
    const full = await entriesOf(await packageOf({ by }));
    for (const { name, octets: secret } of full) {
      if (!/^(certificate|revocation)/.test(name)) continue;
      expect(octets.includes(Buffer.from(secret))).toBe(false);
      expect(octets.includes(Buffer.from(secret).toString('base64'))).toBe(false);
      expect(octets.includes(Buffer.from(secret).toString('hex'))).toBe(false);
    }
    expect(octets.includes('"serialNumberMac":')).toBe(false);
    expect(await verifyPackage(octets, TRUST)).toMatchObject({ result: 'same', judgedAgain: false, differences: [] });
    expect((await verifyPackage(octets, NO_TRUST)).result).toBe('origin-not-proven');
  });
});

it('the cover page shows a reference as text', async () => {
  const [cover] = await entriesOf(await packageOf({ reference: '<script>alert("1")</script>' }));
  const html = Buffer.from(cover?.octets ?? []).toString();
  expect(html).not.toContain('<script');
  expect(html).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;');
});
