import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  anchorsOf,
  type CertificateView,
  certificateOf,
  derOf,
  type Folder,
  hasOpenssl,
  NOW,
  ocspRequest,
  openSandbox,
  openssl,
  postOcsp,
  type ResidentView,
  readOcsp,
  type TestSandbox,
  temporaryFolder,
} from './world.ts';

let sandbox: TestSandbox;
let folder: Folder;

beforeEach(async () => {
  folder = temporaryFolder();
  sandbox = await openSandbox({ crlDirectory: folder.path });
});
afterEach(async () => {
  await sandbox.stop();
  folder.remove();
});

interface Consequences {
  readonly revoked: readonly CertificateView[];
  readonly issued: readonly CertificateView[];
}

const happen = (id: string, event: object) => sandbox.post<Consequences>(`/residents/${id}/life-events`, event);
const resident = (id: string) => sandbox.get<ResidentView>(`/residents/${id}`);
const named = (views: readonly CertificateView[]) => views.map(({ kind, medium }) => `${kind}/${medium}`).sort();

async function issuerOf(view: CertificateView): Promise<X509Certificate> {
  const leaf = new X509Certificate(derOf(view));
  const roots = (await anchorsOf(sandbox)).split(/(?=-----BEGIN)/).map((text) => new X509Certificate(text));
  return roots.find((root) => leaf.verify(root.publicKey)) as X509Certificate;
}

async function askOcsp(view: CertificateView) {
  const issuer = certificateOf((await issuerOf(view)).raw);
  const request = ocspRequest(certificateOf(derOf(view)), issuer);
  return readOcsp(new Uint8Array(await (await postOcsp(sandbox, view.kind, request)).arrayBuffer()));
}

const GOOD = 0;
const REVOKED = 1;
const SIGNING = 'digital-signature/card';
const AUTHENTICATION = 'user-authentication/card';

describe('a life event', () => {
  it.each([
    ['move', { type: 'move', address: '東京都渋谷区新居町１番地' }, [SIGNING], 'affiliationChanged', 3, 1],
    ['rename', { type: 'rename', name: '改名　太郎' }, [SIGNING], 'affiliationChanged', 3, 1],
    [
      'move without a new certificate',
      { type: 'move', address: '東京都', reissue: false },
      [SIGNING],
      'affiliationChanged',
      3,
      0,
    ],
    ['loss', { type: 'loss' }, [SIGNING, AUTHENTICATION], 'certificateHold', 6, 0],
    ['loss and feared misuse', { type: 'loss', misuseFeared: true }, [SIGNING, AUTHENTICATION], 'keyCompromise', 1, 0],
    ['renewal', { type: 'renewal' }, [SIGNING, AUTHENTICATION], 'superseded', 4, 2],
    ['death', { type: 'death' }, [SIGNING, AUTHENTICATION], 'cessationOfOperation', 5, 0],
    ['surrender', { type: 'surrender' }, [SIGNING, AUTHENTICATION], 'cessationOfOperation', 5, 0],
    ['discard before delivery', { type: 'discard' }, [SIGNING, AUTHENTICATION], 'unspecified', undefined, 0],
  ])('%s ends what J-LIS ends, for the reason that it gives', async (_, event, ended, reason, code, issued) => {
    sandbox.clock.at = NOW + 60_000;
    const consequences = await happen('mihon-taro', event);
    expect(named(consequences.revoked)).toEqual([...ended].sort());
    expect(consequences.issued).toHaveLength(issued);
    for (const view of consequences.revoked) {
      expect(view).toMatchObject({ status: 'revoked', reason, revokedAt: '2026-06-01T03:01:00Z' });
      expect(await askOcsp(view)).toMatchObject({ responseStatus: 0, certStatus: REVOKED, reason: code });
    }
    for (const view of consequences.issued) expect((await askOcsp(view)).certStatus).toBe(GOOD);
    const left = (await resident('mihon-taro')).certificates.filter(({ status }) => status === 'good');
    for (const view of left) expect((await askOcsp(view)).certStatus).toBe(GOOD);
  });

  it('issues from the newest generation, with the new attributes, from the new municipality', async () => {
    const before = (await resident('daiichi-sedai')).certificates[0] as CertificateView;
    expect(before.generation).toBe(1);
    const address = '沖縄県那覇市新居１番地';
    const { issued } = await happen('daiichi-sedai', { type: 'move', address, municipality: '47201' });
    expect(issued[0]).toMatchObject({ generation: 2, municipality: '47201', notBefore: '2026-06-01T03:00:00Z' });
    const der = derOf(issued[0] as CertificateView);
    expect(der.includes(Buffer.from(address))).toBe(true);
    expect(new X509Certificate(der).subject).toContain('L=Naha-shi');
    expect(await resident('daiichi-sedai')).toMatchObject({ address, municipality: '47201' });
  });

  it('of a move ends the 署名用 of the smartphone as well: it holds the same attributes', async () => {
    const { revoked } = await happen('shiken-hanako', { type: 'move', address: '東京都' });
    expect(named(revoked)).toEqual([SIGNING, 'digital-signature/smartphone']);
  });

  it('touches one medium when it happens to one', async () => {
    const { revoked } = await happen('shiken-hanako', { type: 'loss', medium: 'smartphone' });
    expect(named(revoked)).toEqual(['digital-signature/smartphone', 'user-authentication/smartphone']);
  });

  it('expiry revokes nothing: the card then holds certificates that have ended', async () => {
    const { revoked, issued } = await happen('mihon-taro', { type: 'expiry' });
    expect(revoked).toEqual([]);
    for (const view of issued) {
      expect(Date.parse(view.notAfter)).toBeLessThan(NOW);
      expect(Date.parse(view.notBefore)).toBeLessThan(Date.parse(view.notAfter));
      expect((await askOcsp(view)).certStatus).toBe(GOOD);
    }
  });

  it('keeps the first revocation: a hold is never lifted nor changed', async () => {
    await happen('mihon-taro', { type: 'loss' });
    sandbox.clock.at += 86_400_000;
    expect((await happen('mihon-taro', { type: 'surrender' })).revoked).toEqual([]);
    const reasons = (await resident('mihon-taro')).certificates.map(({ reason }) => reason);
    expect(reasons).toEqual(['certificateHold', 'certificateHold']);
  });

  it('early renewal lasts until the sixth birthday', async () => {
    sandbox.clock.at = Date.UTC(2029, 11, 25);
    const { issued } = await happen('mihon-taro', { type: 'renewal' });
    const [old] = (await resident('mihon-taro')).certificates;
    expect(old?.notAfter).toBe('2030-02-17T14:59:59Z');
    expect(issued.map(({ notAfter }) => notAfter)).toEqual(['2035-02-17T14:59:59Z', '2035-02-17T14:59:59Z']);
  });

  it('happens to nobody who has died', async () => {
    await happen('mihon-taro', { type: 'death' });
    const response = await sandbox.send('POST', '/residents/mihon-taro/life-events', { type: 'renewal' });
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({ code: 'resident-is-dead' });
  });

  it('leaves the old certificate in the hand of who kept it: it can still sign', async () => {
    const [old] = (await happen('mihon-taro', { type: 'renewal' })).revoked;
    const body = await sandbox.post<{ signature: { certificate: string } }>('/residents/mihon-taro/signatures', {
      serialNumber: old?.serialNumber,
    });
    expect(body.signature.certificate).toBe(old?.certificate);
  });
});

describe('the CRLs', () => {
  const list = async () => (await sandbox.get<{ items: { name: string; path: string }[] }>('/crls')).items;
  const octets = async (path: string) => Buffer.from(await (await fetch(`${sandbox.url}${path}`)).arrayBuffer());

  it('are one for each municipality and CA key, over HTTP and as files alike', async () => {
    const items = await list();
    expect(items).toHaveLength(32);
    expect(readdirSync(folder.path).sort()).toEqual(items.map(({ name }) => name).sort());
    for (const { name, path } of items.slice(0, 3)) {
      expect(readFileSync(`${folder.path}/${name}`).equals(await octets(path))).toBe(true);
    }
  });

  (hasOpenssl ? it : it.skip)('carry number, scope and reasons, and verify under their own CA key alone', async () => {
    await happen('mihon-taro', { type: 'loss' });
    const [view] = (await resident('mihon-taro')).certificates;
    const file = `${folder.path}/digital-signature-2-13221.crl`;
    const said = await openssl(
      'crl',
      '-inform',
      'DER',
      '-in',
      file,
      '-text',
      '-noout',
      '-nameopt',
      'utf8,sep_comma_plus',
    );
    expect(said).toMatch(/X509v3 Issuing Distribution Point: critical/);
    expect(said).toMatch(/CN ?= ?Kiyose-shi CRLDP/);
    expect(said).toContain('X509v3 CRL Number');
    expect(said).toMatch(/X509v3 Authority Key Identifier/);
    expect(said).toContain(`Serial Number: ${view?.serialNumber.toUpperCase()}`);
    expect(said).toMatch(/Certificate Hold/);
    const issuer = folder.write('issuer.pem', (await issuerOf(view as CertificateView)).toString());
    expect(await openssl('crl', '-inform', 'DER', '-in', file, '-CAfile', issuer, '-noout')).toContain('verify OK');
    const older = `${folder.path}/digital-signature-1-13221.crl`;
    expect(await openssl('crl', '-inform', 'DER', '-in', older, '-CAfile', issuer, '-noout')).toContain(
      'verify failure',
    );
    const other = `${folder.path}/digital-signature-2-13113.crl`;
    expect(await openssl('crl', '-inform', 'DER', '-in', other, '-text', '-noout')).toContain(
      'No Revoked Certificates',
    );
  });

  it('of the municipality are published anew at every change, with no half-written file beside', async () => {
    const read = (name: string) => readFileSync(`${folder.path}/${name}`);
    const before = ['digital-signature-2-13221.crl', 'digital-signature-2-13113.crl'].map(read);
    sandbox.clock.at += 5_000;
    await happen('mihon-taro', { type: 'loss' });
    expect(read('digital-signature-2-13221.crl').equals(before[0] as Buffer)).toBe(false);
    expect(read('digital-signature-2-13113.crl').equals(before[1] as Buffer)).toBe(true);
    expect(readdirSync(folder.path).filter((name) => !name.endsWith('.crl'))).toEqual([]);
  });

  it('of an unknown name are not there', async () => {
    const response = await fetch(`${sandbox.url}/crls/..%2f..%2fetc%2fpasswd`);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: 'crl-not-found' });
  });
});
