import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface KeyServer {
  readonly url: string;
  /** What was asked, in order, without bodies. */
  readonly asked: { readonly path: string; readonly headers: IncomingMessage['headers'] }[];
  /** In place of its own answers. */
  answer: ((response: ServerResponse) => void) | undefined;
  stop(): Promise<void>;
}

export async function startKeyServer(
  serve: (path: string, body: Record<string, never>, request: IncomingMessage) => { status: number; json: object },
): Promise<KeyServer> {
  const asked: KeyServer['asked'] = [];
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const path = request.url ?? '';
    asked.push({ path, headers: request.headers });
    if (running.answer !== undefined) return running.answer(response);
    const { status, json } = serve(path, JSON.parse(Buffer.concat(parts).toString()), request);
    response.writeHead(status, { 'Content-Type': request.headers['content-type'] }).end(JSON.stringify(json));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const running: KeyServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    answer: undefined,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return running;
}

/** AES-256-GCM with associated data: nonce, tag, body. */
export function close(key: Buffer, associated: Buffer, plaintext: Buffer): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(associated);
  const body = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]);
}

/** Undefined when it does not open. */
export function reopen(key: Buffer | undefined, associated: Buffer, sealed: Buffer): Buffer | undefined {
  if (key === undefined || sealed.length < 28) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12)).setAAD(associated);
  decipher.setAuthTag(sealed.subarray(12, 28));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]);
  } catch {
    return undefined;
  }
}

export const TOKEN = 'hvs.SENTINEL-token';

/** Transit as HashiCorp Vault speaks it: one key `jpki`, which can be rotated. */
export async function startTransit() {
  const versions = [randomBytes(32)];
  const server = await startKeyServer((path, body, request) => {
    const fail = (status: number, error: string) => ({ status, json: { errors: [error] } });
    if (request.method !== 'POST' && request.method !== 'PUT') return fail(405, 'unsupported operation');
    if (request.headers['x-vault-token'] !== TOKEN) return fail(403, 'permission denied');
    const { plaintext, ciphertext, associated_data = '' } = body as Record<string, string | undefined>;
    const associated = Buffer.from(associated_data, 'base64');
    if (path === '/v1/transit/encrypt/jpki' && plaintext !== undefined) {
      const sealed = close(versions.at(-1) as Buffer, associated, Buffer.from(plaintext, 'base64'));
      const data = {
        ciphertext: `vault:v${versions.length}:${sealed.toString('base64')}`,
        key_version: versions.length,
      };
      return { status: 200, json: { request_id: 'r', data } };
    }
    if (path === '/v1/transit/decrypt/jpki' && ciphertext !== undefined) {
      const [, version, octets] = /^vault:v(\d+):(.*)$/.exec(ciphertext) ?? [];
      const opened = reopen(versions[Number(version) - 1], associated, Buffer.from(octets ?? '', 'base64'));
      if (opened === undefined) return fail(400, 'cipher: message authentication failed');
      return { status: 200, json: { request_id: 'r', data: { plaintext: opened.toString('base64') } } };
    }
    return fail(404, 'no handler for route');
  });
  return { server, rotate: () => void versions.push(randomBytes(32)) };
}
