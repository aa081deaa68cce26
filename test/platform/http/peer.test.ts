import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { createPeerReader, decodeNetwork, type ProxySettings } from '../../../src/platform/http/peer.ts';
import { makeCertificate } from './certificates.ts';

const PROXIES: ProxySettings = { trusted: ['10.0.0.0/8', '::1', '2001:db8::/32'], certificateHeader: 'client-cert' };
const request = (remoteAddress: string | undefined, headers: Record<string, string | string[]> = {}) =>
  ({ socket: { remoteAddress }, headers }) as unknown as IncomingMessage;
const read = (address: string | undefined, headers: Record<string, string | string[]> = {}, settings = PROXIES) =>
  createPeerReader(settings)(request(address, headers));

const { der, cert } = await makeCertificate('client');
const sha256 = createHash('sha256').update(der).digest('hex');
const rfc9440 = `:${der.toString('base64')}:`;

describe('the address of a peer', () => {
  it.each<[string, string, string | undefined, string]>([
    ['a stranger, whatever it says', '192.0.2.1', '203.0.113.9', '192.0.2.1'],
    ['a proxy that says nothing', '10.1.2.3', undefined, '10.1.2.3'],
    ['a proxy that tells', '10.1.2.3', '203.0.113.9', '203.0.113.9'],
    ['a proxy behind a proxy', '10.1.2.3', '203.0.113.9, 10.9.9.9', '203.0.113.9'],
    ['a client that lies to the proxy', '10.1.2.3', '1.1.1.1, 203.0.113.9', '203.0.113.9'],
    ['proxies alone', '10.1.2.3', '10.0.0.1, 10.0.0.2', '10.1.2.3'],
    ['no address', '10.1.2.3', 'unknown', '10.1.2.3'],
    ['no address behind one', '10.1.2.3', '203.0.113.9, <script>', '10.1.2.3'],
    ['a proxy by IPv4 in IPv6', '::ffff:10.1.2.3', '::ffff:203.0.113.9', '203.0.113.9'],
    ['a proxy by IPv6', '2001:db8::7', '2001:db9::1', '2001:db9::1'],
    ['a stranger by IPv6', '2001:db9::7', '203.0.113.9', '2001:db9::7'],
  ])('%s', (_name, address, forwarded, expected) => {
    const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
    expect(read(address, headers).address).toBe(expected);
  });

  it('is unknown when the connection is gone', () => {
    expect(read(undefined)).toEqual({ address: null, certificateSha256: null });
  });
});

describe('the certificate that a proxy hands on', () => {
  it.each<[string, string]>([
    ['as RFC 9440 writes it', rfc9440],
    ['as percent-encoded PEM', encodeURIComponent(cert)],
    ['as its SHA-256', sha256.toUpperCase()],
  ])('%s', (_name, header) => {
    expect(read('10.1.2.3', { 'client-cert': header }).certificateSha256).toBe(sha256);
  });

  it.each<[string, string, Record<string, string | string[]>, ProxySettings]>([
    ['from anyone else', '192.0.2.1', { 'client-cert': rfc9440 }, PROXIES],
    ['under another name', '10.1.2.3', { 'x-client-cert': rfc9440 }, PROXIES],
    ['where no header is set', '10.1.2.3', { 'client-cert': rfc9440 }, { ...PROXIES, certificateHeader: undefined }],
    ['where no proxy is trusted', '10.1.2.3', { 'client-cert': rfc9440 }, { ...PROXIES, trusted: [] }],
    ['twice', '10.1.2.3', { 'client-cert': `${rfc9440}, ${rfc9440}` }, PROXIES],
    ['as a list', '10.1.2.3', { 'client-cert': [rfc9440] }, PROXIES],
    ['that is none', '10.1.2.3', { 'client-cert': ':YWJj:' }, PROXIES],
    ['that is empty', '10.1.2.3', { 'client-cert': '' }, PROXIES],
    ['with something behind it', '10.1.2.3', { 'client-cert': `${sha256}00` }, PROXIES],
    ['in PEM that cannot be decoded', '10.1.2.3', { 'client-cert': '-----BEGIN%20CERTIFICATE-----%zz' }, PROXIES],
  ])('is ignored %s', (_name, address, headers, settings) => {
    expect(read(address, headers, settings).certificateSha256).toBeNull();
  });
});

describe('a network', () => {
  it.each(['10.0.0.0/8', '192.0.2.1', '::1', '2001:db8::/32', '0.0.0.0/0'])('is %s', (text) => {
    expect(decodeNetwork(text)).toBe(text);
  });
  it.each(['10.0.0.0/33', '10.0.0', 'proxy.example', '::1/129', '10.0.0.0/8/8', '10.0.0.0/', '10.0.0.0/-1', ''])(
    'is not %j',
    (text) => {
      expect(decodeNetwork(text)).toBeUndefined();
    },
  );
});
