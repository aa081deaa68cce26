import { createHash } from 'node:crypto';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { Agent, request as requestTls } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type PeerCertificate } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadTls } from '../../src/platform/http/tls.ts';
import { StartRefused } from '../../src/platform/start-refused.ts';
import { makeCertificate, type Pair } from '../platform/http/certificates.ts';
import { ask } from './request.ts';
import { type SandboxService, startSandboxService } from './sandbox-service.ts';

const PATH = '/jpki/verifications';
const sha256 = ({ der }: Pair) => createHash('sha256').update(der).digest('hex');

let directory: string;
let ca: Pair;
let mine: Pair;
let other: Pair;
let selfMade: Pair;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'jpki-tls-'));
  ca = await makeCertificate('a CA');
  [mine, other] = [await makeCertificate('mine', ca), await makeCertificate('other', ca)];
  selfMade = await makeCertificate('mine');
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function createClient(service: SandboxService, certificate: string): Promise<string> {
  const made = await service.jpki<{ apiKey: string }>(
    ...['clients', 'create', '--tenant', 'sandbox', '--scopes', 'verify', '--certificate', certificate],
  );
  return made.apiKey;
}

describe('by the own TLS listener', () => {
  let service: SandboxService;
  let bound: string;
  const file = (name: string) => join(directory, name);
  const putPair = async ({ cert, key }: Pair) => {
    for (const [name, text] of Object.entries({ 'server.crt': cert, 'server.key': key })) {
      await writeFile(file(`${name}.new`), text);
      await rename(file(`${name}.new`), file(name));
    }
  };
  beforeAll(async () => {
    await putPair(await makeCertificate('localhost', ca));
    await writeFile(file('ca.crt'), ca.cert);
    await writeFile(file('mine.crt'), mine.cert);
    service = await startSandboxService({
      TLS_CERT_FILE: file('server.crt'),
      TLS_KEY_FILE: file('server.key'),
      TLS_CLIENT_CA_FILE: file('ca.crt'),
    });
    bound = await createClient(service, file('mine.crt'));
  });
  afterAll(() => service?.stop());

  const call = (key: string, pair?: Pair, headers: Record<string, string> = {}) =>
    new Promise<{ status: number | undefined; code?: string }>((resolve, reject) => {
      const agent = new Agent({ rejectUnauthorized: false, ...(pair ? { cert: pair.cert, key: pair.key } : {}) });
      const asked = requestTls(`${service.url}${PATH}`, {
        agent,
        headers: { Authorization: `Bearer ${key}`, ...headers },
      });
      asked.on('response', (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => {
          agent.destroy();
          const { code } = JSON.parse(text) as { code?: string };
          resolve({ status: response.statusCode, ...(code === undefined ? {} : { code }) });
        });
      });
      asked.on('error', reject).end();
    });
  const REFUSED = { status: 401, code: 'client-certificate-required' };

  it('a client that is bound is let in with its certificate alone', async () => {
    expect(service.url).toMatch(/^https:/);
    expect(await call(bound, mine)).toEqual({ status: 200 });
    expect(await call(bound)).toEqual(REFUSED);
    expect(await call(bound, other)).toEqual(REFUSED);
    expect(await call(bound, selfMade)).toEqual(REFUSED);
    // what a header says is nothing to a service without trusted proxies
    expect(await call(bound, undefined, { 'Client-Cert': `:${mine.der.toString('base64')}:` })).toEqual(REFUSED);
  });

  it('a client that is bound to a certificate of no CA is not let in with it', async () => {
    expect(await call(await createClient(service, sha256(selfMade)), selfMade)).toEqual(REFUSED);
  });

  it('a client that is not bound needs none', async () => {
    expect(await call(service.apiKey)).toEqual({ status: 200 });
    expect(await call(service.apiKey, other)).toEqual({ status: 200 });
  });

  it('new files are used without a restart', async () => {
    const { hostname, port } = new URL(service.url);
    const shown = () =>
      new Promise<string>((resolve, reject) => {
        const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false }, () => {
          resolve((socket.getPeerCertificate() as PeerCertificate).subject.CN as string);
          socket.end();
        });
        socket.on('error', reject);
      });
    expect(await shown()).toBe('localhost');
    await putPair(await makeCertificate('renewed', ca));
    while ((await shown()) !== 'renewed') await sleep(100);
    await writeFile(file('server.crt'), 'half written');
    expect(await shown()).toBe('renewed');
  });

  it('files that do not belong together stop a start with a sentence', async () => {
    await writeFile(file('a.crt'), mine.cert);
    await writeFile(file('b.key'), other.key);
    const files = { certFile: file('a.crt'), keyFile: file('b.key'), clientCaFile: undefined };
    await expect(loadTls(files)).rejects.toThrow(StartRefused);
    await expect(loadTls({ ...files, keyFile: file('none') })).rejects.toThrow(/^The file that TLS_KEY_FILE names/);
  });
});

describe('by a trusted proxy', () => {
  it.each([
    ['its own', '127.0.0.1', 200],
    ['another', '192.0.2.1', 401],
  ])('the header is believed from the configured addresses: %s', async (_name, proxy, status) => {
    const service = await startSandboxService({ TRUSTED_PROXIES: proxy, CLIENT_CERTIFICATE_HEADER: 'Client-Cert' });
    try {
      const key = await createClient(service, sha256(mine));
      const call = (pair: Pair) =>
        ask(service.url, PATH, { key, headers: { 'Client-Cert': `:${pair.der.toString('base64')}:` } });
      expect((await call(mine)).status).toBe(status);
      const refused = await call(other);
      expect([refused.status, refused.body.code]).toEqual([401, 'client-certificate-required']);
    } finally {
      await service.stop();
    }
  });
});
