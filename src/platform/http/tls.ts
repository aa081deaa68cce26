import { readFile } from 'node:fs/promises';
import type { Server as HttpsServer } from 'node:https';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { Log } from '../log.ts';
import { StartRefused } from '../start-refused.ts';

/** PEM files, read again when they change. */
export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
  /** CAs whose client certificates count; undefined: none is asked for. */
  readonly clientCaFile: string | undefined;
}

const LOOKED_AT_MS = 5_000;

/** With forward secrecy and authenticated encryption, the strongest first (RFC 9325 §4.2); of TLS 1.3 all that Node has. */
const SUITES = [
  ...['TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_GCM_SHA256'],
  ...['ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-RSA-AES256-GCM-SHA384'],
  ...['ECDHE-ECDSA-CHACHA20-POLY1305', 'ECDHE-RSA-CHACHA20-POLY1305'],
  ...['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES128-GCM-SHA256'],
].join(':');

/** StartRefused when a file cannot be read, or key and certificate do not belong together. */
export async function loadTls(files: TlsFiles): Promise<SecureContextOptions> {
  const read = (name: string, path: string) =>
    readFile(path).catch((cause) => {
      throw new StartRefused([`The file that ${name} names cannot be read: name one that this user may read.`], cause);
    });
  const options: SecureContextOptions = {
    minVersion: 'TLSv1.2',
    ciphers: SUITES,
    honorCipherOrder: true,
    cert: await read('TLS_CERT_FILE', files.certFile),
    key: await read('TLS_KEY_FILE', files.keyFile),
    ...(files.clientCaFile === undefined ? {} : { ca: await read('TLS_CLIENT_CA_FILE', files.clientCaFile) }),
  };
  try {
    createSecureContext(options);
  } catch (cause) {
    const sentence = 'TLS_CERT_FILE, TLS_KEY_FILE and TLS_CLIENT_CA_FILE must be PEM, the key that of the certificate.';
    throw new StartRefused([sentence], cause);
  }
  return options;
}

/**
 * New connections use the files as they are now, a few seconds after they changed; a half-written pair is left alone until it
 * is whole. Returns what ends it.
 */
export function watchTls(server: HttpsServer, files: TlsFiles, loaded: SecureContextOptions, log: Log): () => void {
  let current = fingerprint(loaded);
  const look = async () => {
    try {
      const options = await loadTls(files);
      if (fingerprint(options) === current) return;
      server.setSecureContext(options);
      current = fingerprint(options);
      log.info('tls.reloaded');
    } catch (error) {
      log.warn('tls.reload-failed', { error: error as Error });
    }
  };
  const timer = setInterval(() => void look(), LOOKED_AT_MS).unref();
  return () => clearInterval(timer);
}

const fingerprint = ({ cert, key, ca }: SecureContextOptions): string => [cert, key, ca].map(String).join('\n');
