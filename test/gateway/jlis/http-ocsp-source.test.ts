import { afterEach, describe, expect, it } from '@jest/globals';
import { createHttpOcspSource } from '../../../src/gateway/jlis/http-ocsp-source.ts';
import { createHttpClient } from '../../../src/platform/http-client/http-client.ts';
import {
  FAULTS,
  type LoopbackServer,
  PATIENCE_MS,
  patienceFor,
  serversOfEachTest,
} from '../../platform/http-client/hostile-server.ts';

const { serve } = serversOfEachTest();
const httpClient = createHttpClient();
afterEach(() => httpClient.close());

const respond = (name: string): Promise<LoopbackServer> =>
  serve((_, response) => response.writeHead(200, { 'content-type': 'application/ocsp-response' }).end(name));

const limits = { timeoutMs: PATIENCE_MS, maxBytes: 1024, httpClient };

describe('createHttpOcspSource', () => {
  it('asks the responder of the kind and no other', async () => {
    const signature = await respond('signature');
    const authentication = await respond('authentication');
    const source = createHttpOcspSource({
      ...limits,
      urls: { 'digital-signature': `${signature.url}ocsp`, 'user-authentication': authentication.url },
    });
    const fetched = await source.fetchOcspResponse('digital-signature', Uint8Array.of(5));
    expect(fetched).toEqual({
      ok: true,
      source: new URL(signature.url).host,
      bytes: new Uint8Array(Buffer.from('signature')),
    });
    expect(signature.requests).toEqual([{ method: 'POST', path: '/ocsp', body: Buffer.of(5) }]);
    expect(authentication.connections).toBe(0);
  });

  it('a kind without URL is not configured', async () => {
    const source = createHttpOcspSource({
      ...limits,
      urls: { 'digital-signature': undefined, 'user-authentication': undefined },
    });
    expect(await source.fetchOcspResponse('user-authentication', Uint8Array.of(5))).toMatchObject({
      ok: false,
      code: 'not-configured',
    });
  });

  it('an URL that is none is seen at the start', () => {
    const urls = { 'digital-signature': 'ocsp.example', 'user-authentication': undefined };
    expect(() => createHttpOcspSource({ ...limits, urls })).toThrow('Invalid URL');
  });

  it('names the host, not what else the URL holds', async () => {
    const server = await respond('x');
    const { host } = new URL(server.url);
    const source = createHttpOcspSource({
      ...limits,
      urls: { 'digital-signature': `http://user:secret@${host}/token?key=secret`, 'user-authentication': undefined },
    });
    const fetched = await source.fetchOcspResponse('digital-signature', Uint8Array.of(5));
    expect(JSON.stringify(fetched)).not.toContain('secret');
    expect(fetched).toMatchObject({ ok: true, source: host });
  });

  it.each(Object.entries(FAULTS))('refuses a responder that %s', async (_, { answer, failure }) => {
    const server = await serve(answer);
    const source = createHttpOcspSource({
      ...limits,
      timeoutMs: patienceFor({ failure }),
      urls: { 'digital-signature': server.url, 'user-authentication': undefined },
    });
    const fetched = await source.fetchOcspResponse('digital-signature', Uint8Array.of(5));
    expect(fetched).toMatchObject({ ok: false, source: new URL(server.url).host, code: failure });
  });
});
