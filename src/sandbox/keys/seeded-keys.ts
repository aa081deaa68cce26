import { createECDH, createPrivateKey } from 'node:crypto';
import forge from 'node-forge';
import { seededOctets } from './seeded-octets.ts';

/** PKCS#8 PEM of the RSA key that belongs to the seed. Seconds each: made once, kept in fixtures/certs/keys.json. */
export function seededRsaKey(seed: string, bits = 2048, publicExponent = 65537): string {
  const octets = seededOctets(seed);
  const prng = { getBytesSync: (count: number) => Buffer.from(octets(count)).toString('latin1') };
  const options = { bits, e: publicExponent, prng } as unknown as forge.pki.rsa.GenerateKeyPairOptions;
  const { privateKey } = forge.pki.rsa.generateKeyPair(options);
  const info = forge.pki.wrapRsaPrivateKey(forge.pki.privateKeyToAsn1(privateKey));
  return createPrivateKey({
    key: Buffer.from(forge.asn1.toDer(info).getBytes(), 'latin1'),
    format: 'der',
    type: 'pkcs8',
  })
    .export({ format: 'pem', type: 'pkcs8' })
    .toString();
}

const CURVES = {
  'P-256': { openssl: 'prime256v1', octets: 32 },
  'P-384': { openssl: 'secp384r1', octets: 48 },
} as const;

/** PKCS#8 PEM of the EC key that belongs to the seed. */
export function seededEcKey(seed: string, curve: keyof typeof CURVES): string {
  const { openssl, octets } = CURVES[curve];
  const ecdh = createECDH(openssl);
  const secret = Buffer.from(seededOctets(seed)(octets));
  // Below the order of either curve, whatever the seed.
  secret[0] = (secret[0] as number) & 0x7f;
  ecdh.setPrivateKey(secret);
  const point = ecdh.getPublicKey();
  const part = (bytes: Buffer) => bytes.toString('base64url');
  return createPrivateKey({
    format: 'jwk',
    key: {
      kty: 'EC',
      crv: curve,
      d: part(secret),
      x: part(point.subarray(1, 1 + octets)),
      y: part(point.subarray(1 + octets)),
    },
  })
    .export({ format: 'pem', type: 'pkcs8' })
    .toString();
}
