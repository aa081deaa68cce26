import { sign } from 'node:crypto';
import { readdirSync } from 'node:fs';
import type { VerifyRequest } from '../../src/features/verification/wire.ts';
import { readFixture, readKey } from '../fixtures.ts';

export const octetsOf = (name: string): string => Buffer.from(readFixture(name)).toString('base64');

export const FIXTURES: readonly string[] = readdirSync(new URL('../../fixtures/certs/', import.meta.url)).filter(
  (name) => /\.(crt|p7m|der|bin|crl|sig)$/.test(name),
);

/** The fixture as container, or as certificate of a signature that its own key made, so that it alone decides. */
export function requestOf(name: string): VerifyRequest {
  const content = octetsOf('content.bin');
  if (name.endsWith('.p7m')) {
    const detached = name === 'cms-detached.p7m' ? { content } : {};
    return { purpose: 'test', signature: { format: 'cms', value: octetsOf(name), ...detached } };
  }
  const key = readKey(hasKey(name) ? name : 'leaf-digital-signature.crt');
  const curve = key.asymmetricKeyDetails?.namedCurve;
  const algorithm = curve === undefined ? 'RS256' : curve === 'prime256v1' ? 'ES256' : 'ES384';
  const value = sign(algorithm === 'ES384' ? 'sha384' : 'sha256', readFixture('content.bin'), key).toString('base64');
  return { purpose: 'test', signature: { format: 'raw', algorithm, value, certificate: octetsOf(name), content } };
}

function hasKey(name: string): boolean {
  try {
    return readKey(name) !== undefined;
  } catch {
    return false;
  }
}
