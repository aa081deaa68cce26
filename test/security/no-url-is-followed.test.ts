import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FIXTURE_TIME } from '../../src/sandbox/fixtures/fixture.ts';
import { added, issued, key, ordinary, replaced, SIGN_2 } from '../../src/sandbox/fixtures/world.ts';
import { OID } from '../../src/sandbox/oids.ts';
import { oid, sequence, tagged, taggedOctets } from '../../src/sandbox/pki/asn1.ts';
import { issueSignedData } from '../../src/sandbox/pki/cms.ts';
import {
  authorityInfoAccess,
  distributionPointByUrl,
  type Extension,
  extension,
} from '../../src/sandbox/pki/extensions.ts';
import { caName } from '../../src/sandbox/pki/names.ts';
import { signedRequest } from '../features/world.ts';
import { FIXTURE_NOW } from '../fixtures.ts';
import { type SandboxService, startSandboxService } from '../http/sandbox-service.ts';
import { listenOn } from '../listening.ts';

const FRESHEST_CRL = '2.5.29.46';
const SUBJECT_INFO_ACCESS = '1.3.6.1.5.5.7.1.11';

let service: SandboxService;
let canary: Server;
let port: number;
let heard = 0;
/** Every port that this process, the service within it, begins a connection to. */
const contacted = new Set<number>();
const watch = (told: unknown) =>
  (told as { socket: Socket }).socket.on('connectionAttempt', (_address: string, to: number) => contacted.add(to));
beforeAll(async () => {
  canary = createServer((socket) => {
    heard += 1;
    socket.destroy();
  });
  port = await listenOn(canary, 0);
  service = await startSandboxService({}, { now: () => FIXTURE_NOW });
  subscribe('net.client.socket', watch);
});
afterAll(async () => {
  unsubscribe('net.client.socket', watch);
  await service?.stop();
  await new Promise((resolve) => canary.close(resolve));
});

/** A certificate with a URL in every place that may hold one. */
function certificateNaming(url: string): Uint8Array {
  const points = sequence(sequence(tagged(0, tagged(0, taggedOctets(6, Buffer.from(url))))));
  const access: readonly (readonly [string, string])[] = [
    [OID.ocspAccess, url],
    [OID.caIssuersAccess, url],
  ];
  const more: readonly Extension[] = [
    authorityInfoAccess(...access),
    extension(FRESHEST_CRL, false, points),
    extension(
      SUBJECT_INFO_ACCESS,
      false,
      sequence(sequence(oid(OID.caIssuersAccess), taggedOctets(6, Buffer.from(url)))),
    ),
    extension(OID.issuerAltName, false, sequence(taggedOctets(6, Buffer.from(url)))),
  ];
  const to = replaced(ordinary(SIGN_2), OID.crlDistributionPoints, distributionPointByUrl(url));
  return issued(added(replaced(to, OID.issuerAltName, undefined), ...more));
}

const urls = (): readonly string[] =>
  ['http', 'https', 'ldap', 'ftp'].map((scheme) => `${scheme}://127.0.0.1:${port}/pki`);
const METHODS = ['ocsp', 'crl', 'ocsp-then-crl'] as const;

describe('a certificate full of URLs', () => {
  it.each(METHODS)('has none of them contacted by %s', async (method) => {
    for (const url of urls()) {
      const certificate = certificateNaming(url);
      const request = signedRequest(Buffer.from('content'), {}, 'leaf-digital-signature.crt', certificate);
      const { status, body } = await service.verify({ ...request, revocation: { method } });
      expect(status).toBe(200);
      expect(body.revocation?.attempts.length).toBeGreaterThan(0);
    }
    expect(heard).toBe(0);
  });

  it('nor within a CMS container', async () => {
    const leaf = ordinary(SIGN_2);
    const container = issueSignedData({
      content: Buffer.from('content'),
      detached: false,
      signer: {
        der: certificateNaming(`http://127.0.0.1:${port}`),
        issuer: caName('digital-signature'),
        serial: leaf.serial,
        keyIdentifier: key('resident-00').keyIdentifier,
      },
      key: key('resident-00'),
      signature: 'RS256',
      signingTime: FIXTURE_TIME.now,
      signingCertificateV2: false,
    });
    const signature = { format: 'cms', value: Buffer.from(container).toString('base64') };
    expect((await service.verify({ purpose: 'test', signature })).status).toBe(200);
    expect(heard).toBe(0);
  });

  it('nor by a path or a header that names a host', async () => {
    const there = `http://127.0.0.1:${port}`;
    const headers = {
      'X-Forwarded-Host': `127.0.0.1:${port}`,
      Forwarded: `host=${there}`,
      Origin: there,
      Referer: there,
    };
    await service.ask(`/jpki/verifications?cursor=${Buffer.from(there).toString('base64url')}`, { headers });
    await service.verify(
      { purpose: there, signature: { format: 'xml', value: `<!DOCTYPE a SYSTEM "${there}">` } },
      headers,
    );
    expect(heard).toBe(0);
  });
});

it('nothing is contacted but the service itself, its database and the responder of its settings', () => {
  const known = [service.url, service.sandboxUrl, service.superuserUrl].map((url) => Number(new URL(url).port));
  expect([...contacted].filter((to) => !known.includes(to))).toEqual([]);
  expect(contacted.has(known[1] as number)).toBe(true);
});

it('and a contact would have been seen, at both ends', async () => {
  await fetch(`http://127.0.0.1:${port}`).catch(() => undefined);
  expect([heard, contacted.has(port)]).toEqual([1, true]);
});
