import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';

const directory = new URL('../fixtures/certs/', import.meta.url);

/** The octets of a file of fixtures/certs, see its README.md. */
export function readFixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(name, directory)));
}

/** The private key of a fixture's subject (`leaf-digital-signature.crt`), or one of keys.json by its own name. */
export function readKey(name: string): KeyObject {
  const manifest: Record<string, { key?: string }> = JSON.parse(
    readFileSync(new URL('manifest.json', directory), 'utf8'),
  );
  const keys: Record<string, string> = JSON.parse(readFileSync(new URL('keys.json', directory), 'utf8'));
  const pem = keys[manifest[name]?.key ?? name];
  if (pem === undefined) throw new Error(`fixtures/certs has no key for ${name}`);
  return createPrivateKey(pem);
}

/** 2026-06-01T03:00:00Z: all that is valid is valid, all evidence is fresh. */
export const FIXTURE_NOW = Date.UTC(2026, 5, 1, 3, 0, 0);
