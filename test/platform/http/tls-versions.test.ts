import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConnectionOptions, connect } from 'node:tls';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { loadTls } from '../../../src/platform/http/tls.ts';
import { makeCertificate } from './certificates.ts';

let directory: string;
let server: Server;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'jpki-tls-'));
  const { cert, key } = await makeCertificate('localhost');
  const files = { certFile: join(directory, 'a.crt'), keyFile: join(directory, 'a.key'), clientCaFile: undefined };
  await writeFile(files.certFile, cert);
  await writeFile(files.keyFile, key);
  server = createServer(await loadTls(files));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await new Promise((resolve) => server?.close(resolve));
  await rm(directory, { recursive: true, force: true });
});

/** What both sides agreed on, or the alert that the server sent. */
function agree(options: ConnectionOptions): Promise<string> {
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options }, () => {
      resolve(`${socket.getProtocol()} ${socket.getCipher().standardName}`);
      socket.destroy();
    });
    socket.on('error', (error) => resolve((error as NodeJS.ErrnoException).code ?? 'failed'));
  });
}

/** Without @SECLEVEL=0 this side would not offer what is asked for. */
const old = (version: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2', ciphers: string): ConnectionOptions => ({
  ...{ minVersion: version, maxVersion: version, ciphers: `${ciphers}:@SECLEVEL=0` },
});

it('takes the strongest suite that both know, whatever the client would rather have', async () => {
  expect(await agree({})).toBe('TLSv1.3 TLS_AES_256_GCM_SHA384');
  const weaker = 'ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384';
  expect(await agree(old('TLSv1.2', `${weaker}:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384`))).toMatch(
    /^TLSv1\.2 TLS_ECDHE_(RSA|ECDSA)_WITH_AES_256_GCM_SHA384$/,
  );
});

it.each(['TLSv1', 'TLSv1.1'] as const)('refuses %s', async (version) => {
  expect(await agree(old(version, 'ALL'))).toBe('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION');
});

// the certificate here is an EC one: suites of RSA would be refused anyhow
it.each([
  ['of CBC mode', 'ECDHE-ECDSA-AES256-SHA384:ECDHE-ECDSA-AES128-SHA'],
  ['with a short tag', 'ECDHE-ECDSA-AES128-CCM8'],
  ['of no encryption', 'ECDHE-ECDSA-NULL-SHA'],
])('refuses suites %s', async (_what, ciphers) => {
  expect(await agree(old('TLSv1.2', ciphers))).toMatch(/^ERR_SSL_(SSLV3|SSL\/TLS)_ALERT_HANDSHAKE_FAILURE$/);
});
