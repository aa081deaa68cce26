import 'reflect-metadata';
import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Crypto } from '@peculiar/webcrypto';
import * as peculiar from '@peculiar/x509';
import { endOfValidity } from '../../src/sandbox/japan/calendar.ts';
import {
  anchorsOf,
  certificateOf,
  derOf,
  type Folder,
  hasOpenssl,
  NOW,
  openSandbox,
  openssl,
  type ResidentView,
  type TestSandbox,
  temporaryFolder,
} from './world.ts';

let sandbox: TestSandbox;
let folder: Folder;
let residents: readonly ResidentView[];
let anchors: string;

beforeAll(async () => {
  sandbox = await openSandbox();
  folder = temporaryFolder();
  residents = (await sandbox.get<{ items: ResidentView[] }>('/residents')).items;
  anchors = await anchorsOf(sandbox);
});
afterAll(async () => {
  await sandbox.stop();
  folder.remove();
});

const roots = () => anchors.split(/(?=-----BEGIN)/).map((text) => new X509Certificate(text));
const everything = () => residents.flatMap(({ certificates }) => certificates);
const of = (id: string) => residents.find((resident) => resident.id === id) as ResidentView;
const oids = (der: Uint8Array) => (certificateOf(der).extensions ?? []).map(({ extnID }) => extnID);

describe('the roots', () => {
  it('are two kinds of two generations: one name a kind, another key each, self-signed', () => {
    const all = roots();
    expect(all).toHaveLength(4);
    expect(new Set(all.map(({ subject }) => subject)).size).toBe(2);
    expect(new Set(all.map(({ publicKey }) => publicKey.export({ format: 'pem', type: 'spki' }))).size).toBe(4);
    for (const root of all) {
      expect(root.subject).toBe(root.issuer);
      expect(root.subject).toContain('O=JPKI-TEST');
      expect(root.verify(root.publicKey)).toBe(true);
      expect(root.ca).toBe(true);
    }
  });

  it('have the extensions of J-LIS in their order (certificates.md §6.2)', () => {
    for (const root of roots()) {
      const order = ['2.5.29.15', '2.5.29.17', '2.5.29.19', '2.5.29.31', '2.5.29.14'];
      expect(oids(root.raw)).toEqual(order);
      const { extensions } = certificateOf(root.raw);
      expect(extensions?.map(({ critical }) => critical)).toEqual([true, false, true, false, false]);
    }
  });
});

describe('the leaves', () => {
  it('are of all four kinds, both generations, and verify under exactly one root', () => {
    const kinds = new Set(everything().map(({ kind, medium }) => `${kind}/${medium}`));
    expect(kinds.size).toBe(4);
    expect(new Set(everything().map(({ generation }) => generation))).toEqual(new Set([1, 2]));
    for (const view of everything()) {
      const leaf = new X509Certificate(derOf(view));
      const signers = roots().filter((root) => leaf.checkIssued(root) && leaf.verify(root.publicKey));
      expect(signers).toHaveLength(1);
      expect(leaf.issuer).toBe(signers[0]?.subject);
    }
  });

  it('have the extensions of J-LIS in their order and criticality (certificates.md §2, §3)', () => {
    for (const view of everything()) {
      const signing = ['15', '17', '32', '18', '31', '35', '14'].map((arc) => `2.5.29.${arc}`);
      const first = ['15', '37', '32', '18', '31'].map((arc) => `2.5.29.${arc}`);
      const authentication = [...first, '1.3.6.1.5.5.7.1.1', '2.5.29.35', '2.5.29.14'];
      const der = derOf(view);
      expect(oids(der)).toEqual(view.kind === 'digital-signature' ? signing : authentication);
      const critical = (certificateOf(der).extensions ?? []).filter((each) => each.critical);
      expect(critical.map(({ extnID }) => extnID)).toEqual(['2.5.29.15', '2.5.29.32']);
    }
  });

  it('write keyUsage, policy and validity as the samples do', () => {
    for (const view of everything()) {
      const der = derOf(view);
      const usage = view.kind === 'digital-signature' ? '030206c0' : '03020780';
      const written = certificateOf(der).extensions?.[0]?.extnValue.valueBlock.valueHexView;
      expect(Buffer.from(written ?? []).toString('hex')).toBe(usage);
      expect(view.notAfter).toMatch(/T14:59:59Z$/);
      expect(view.serialNumber).toMatch(/^0[0-9a-f]{7}$/);
    }
  });

  it('never give a number twice within a kind, whatever the generation: the name is the same', () => {
    const numbers = everything().map(({ kind, serialNumber }) => `${kind}/${serialNumber}`);
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  it('name the holder in subjectAltName alone', () => {
    const [view] = of('mihon-taro').certificates.filter(({ kind }) => kind === 'digital-signature');
    const leaf = new X509Certificate(derOf(view as never));
    expect(leaf.subject).toMatch(/^C=JP\nL=Tokyo-to\nL=Kiyose-shi\nCN=[0-9]{28}$/);
    expect(Buffer.from(leaf.raw).includes(Buffer.from('見本　太郎', 'utf8'))).toBe(true);
    const [other] = of('mihon-taro').certificates.filter(({ kind }) => kind === 'user-authentication');
    const authentication = new X509Certificate(derOf(other as never));
    expect(authentication.subject).toMatch(/^C=JP\nCN=[0-9A-Z]{14}13221003A$/);
    expect(Buffer.from(authentication.raw).includes(Buffer.from('見本', 'utf8'))).toBe(false);
  });

  it('cover the odd cases: long address, child, next card, expired', () => {
    expect(Array.from(of('nagai-jusho').address)).toHaveLength(200);
    expect(of('kodomo-mihon').certificates.map(({ kind }) => kind)).toEqual(['user-authentication']);
    const [next] = of('jisedai-card').certificates;
    const key = new X509Certificate(derOf(next as never)).publicKey;
    expect(key.asymmetricKeyDetails?.namedCurve).toBe('secp384r1');
    for (const { notAfter } of of('kigen-kire').certificates) expect(Date.parse(notAfter)).toBeLessThan(NOW);
    for (const { notBefore, notAfter } of of('mihon-taro').certificates) {
      expect(Date.parse(notBefore)).toBeLessThan(NOW);
      expect(Date.parse(notAfter)).toBeGreaterThan(NOW);
    }
  });

  it('are read alike by @peculiar/x509', async () => {
    peculiar.cryptoProvider.set(new Crypto());
    for (const view of of('mihon-taro').certificates) {
      const leaf = new peculiar.X509Certificate(derOf(view));
      const root = roots().find((each) => new X509Certificate(derOf(view)).checkIssued(each)) as X509Certificate;
      const issuer = new peculiar.X509Certificate(root.raw);
      expect(await leaf.verify({ publicKey: issuer.publicKey, date: new Date(NOW) })).toBe(true);
      expect(leaf.serialNumber).toBe(view.serialNumber);
    }
  });

  (hasOpenssl ? it : it.skip)('are accepted by OpenSSL', async () => {
    const file = folder.write('anchors.pem', anchors);
    const files = everything().map((view, index) =>
      folder.write(`${index}.pem`, new X509Certificate(derOf(view)).toString()),
    );
    const valid = files.filter((_, index) => Date.parse(everything()[index]?.notAfter ?? '') > NOW);
    const at = String(NOW / 1000);
    const said = await openssl('verify', '-ignore_critical', '-attime', at, '-CAfile', file, ...valid);
    expect(said.trim().split('\n')).toEqual(valid.map((each) => `${each}: OK`));
  });
});

describe('the end of validity', () => {
  const issued = Date.UTC(2025, 0, 5, 3, 0, 0);
  const end = (dateOfBirth: string, at = issued, birthdays?: number) =>
    new Date(endOfValidity(at, dateOfBirth, birthdays)).toISOString();

  it('is the fifth birthday after the issue, the sixth when renewed early', () => {
    expect(end('319800217')).toBe('2029-02-17T14:59:59.000Z');
    expect(end('319800217', issued, 6)).toBe('2030-02-17T14:59:59.000Z');
    expect(end('319800104')).toBe('2030-01-04T14:59:59.000Z');
  });

  it('does not count the birthday on which it is issued', () => {
    expect(end('319800105')).toBe('2030-01-05T14:59:59.000Z');
  });

  it('goes by the calendar of Japan', () => {
    expect(end('319800105', Date.UTC(2025, 0, 4, 15, 0, 0))).toBe('2030-01-05T14:59:59.000Z');
    expect(end('319800105', Date.UTC(2025, 0, 4, 14, 59, 59))).toBe('2029-01-05T14:59:59.000Z');
  });

  it('takes 28 February for the 29th and the day of issue for an unknown birthday', () => {
    expect(end('420000229')).toBe('2029-02-28T14:59:59.000Z');
    expect(end('000000000')).toBe('2030-01-05T14:59:59.000Z');
  });
});
