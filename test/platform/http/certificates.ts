import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { BasicConstraintsExtension, X509CertificateGenerator } from '@peculiar/x509';

export interface Pair {
  readonly cert: string;
  readonly key: string;
  readonly der: Buffer;
  readonly keys: CryptoKeyPair;
  readonly name: string;
}
type CryptoKeyPair = Awaited<ReturnType<typeof makeKeys>>;

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const makeKeys = () => webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
let serial = 1;

/** A certificate for TLS, by that CA or by itself, valid around now. */
export async function makeCertificate(name: string, issuer?: Pair): Promise<Pair> {
  const keys = (await makeKeys()) as CryptoKeyPair;
  const by = issuer ?? { name, keys };
  const certificate = await X509CertificateGenerator.create(
    {
      serialNumber: (serial++).toString(16).padStart(2, '0'),
      subject: `CN=${name}`,
      issuer: `CN=${by.name}`,
      notBefore: new Date(Date.now() - 86_400_000),
      notAfter: new Date(Date.now() + 86_400_000),
      signingAlgorithm: ALGORITHM,
      publicKey: keys.publicKey as never,
      signingKey: by.keys.privateKey as never,
      extensions: issuer === undefined ? [new BasicConstraintsExtension(true, undefined, true)] : [],
    },
    webcrypto as never,
  );
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  const key = `-----BEGIN PRIVATE KEY-----\n${pkcs8.toString('base64')}\n-----END PRIVATE KEY-----\n`;
  return { name, keys, key, cert: certificate.toString('pem'), der: Buffer.from(certificate.rawData) };
}
