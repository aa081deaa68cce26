import type { VerifyRequest } from '../../../src/features/verification/wire.ts';
import type { Random } from '../random.ts';
import { generateCertificate } from './certificate.ts';
import { generateCms } from './cms.ts';
import type { Signing } from './parts.ts';

const base64 = (octets: Uint8Array): string => Buffer.from(octets).toString('base64');
const CHALLENGE = 'chl_068w3w5k1r7q3a8v0c2m4n6p8q';

type Signature = VerifyRequest['signature'];

function generateRaw(random: Random, signing: Signing): { signature: Signature; challengeId?: string } {
  const ecdsa = random.oneIn(3);
  const signature = {
    format: 'raw' as const,
    algorithm: ecdsa ? random.pick(['ES256', 'ES384'] as const) : random.pick(['RS256', 'PS384', 'RS512'] as const),
    ...(ecdsa && random.oneIn(2) ? { encoding: random.pick(['der', 'p1363'] as const) } : {}),
    value: base64(random.octets(1 + random.below(256))),
    certificate: base64(generateCertificate(random, signing)),
  };
  if (random.oneIn(3)) return { signature, challengeId: CHALLENGE };
  if (random.oneIn(3)) {
    const digest = { algorithm: 'SHA-256' as const, value: base64(random.octets(32)) };
    return { signature: { ...signature, algorithm: 'RS256', digest } };
  }
  return { signature: { ...signature, content: base64(random.octets(1 + random.below(64))) } };
}

/** A body of POST /jpki/verify that the contract allows. What it holds need not verify, nor be decodable. */
export function generateVerifyRequest(random: Random, signing: Signing): Uint8Array {
  const { signature, challengeId }: { signature: Signature; challengeId?: string } = random.oneIn(2)
    ? generateRaw(random, signing)
    : { signature: { format: 'cms', value: base64(generateCms(random, signing)) } };
  const request: VerifyRequest = {
    purpose: random.pick(['account-opening', 'x', '本人確認']),
    ...(random.oneIn(2) ? { reference: `ref-${random.below(1000)}` } : {}),
    ...(challengeId === undefined ? {} : { challengeId }),
    signature,
    ...(random.oneIn(4) ? { revocation: { method: random.pick(['ocsp', 'crl', 'ocsp-then-crl'] as const) } } : {}),
    ...(random.oneIn(4) ? { store: { subject: random.oneIn(2) } } : {}),
  };
  return Buffer.from(JSON.stringify(request));
}
