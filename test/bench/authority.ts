import { randomBytes } from 'node:crypto';
import { issued, key, ordinary, SIGN_2 } from '../../src/sandbox/fixtures/world.ts';
import { issueOcspDelegate, issueRoot } from '../../src/sandbox/japan/authorities.ts';
import { POOL_SIZE, poolKeyName } from '../../src/sandbox/keys/key-names.ts';
import { integerOctets } from '../../src/sandbox/pki/asn1.ts';
import { issueSignedData } from '../../src/sandbox/pki/cms.ts';
import { issueCrl, issuingDistributionPoint } from '../../src/sandbox/pki/crl.ts';
import { crlNumber, keyIdentifierOnly } from '../../src/sandbox/pki/extensions.ts';
import { caName, distributionPointName } from '../../src/sandbox/pki/names.ts';
import { certIdOf, issueOcspResponse } from '../../src/sandbox/pki/ocsp.ts';
import { signOctets } from '../../src/sandbox/pki/signature.ts';

/** The pretend 署名用 CA of the sandbox, issuing for the present. */

/** Times in certificates and responses are in whole seconds. */
const wholeNow = (): number => Math.floor(Date.now() / 1000) * 1000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const FIRST_SERIAL = 0x06c00000;
const REVOKED = 1_000;

export interface SignedContent {
  readonly certificate: Uint8Array;
  /** Of the certificate: content octets. */
  readonly serial: Uint8Array;
  /** DER SubjectPublicKeyInfo of the certificate. */
  readonly spki: Uint8Array;
  readonly content: Uint8Array;
  /** RS256 over the content. */
  readonly signature: Uint8Array;
}

export const caSpki: Uint8Array = SIGN_2.key.spki;
export const root: Uint8Array = issueRoot(SIGN_2);

/** Another certificate for each number, each with a signature over a content of its own. */
export function signContent(number: number): SignedContent {
  const signer = key(poolKeyName(number % POOL_SIZE));
  const serial = integerOctets(FIRST_SERIAL + number);
  const content = randomBytes(64);
  return {
    // As the service has it: not a Buffer, whose views cost more.
    certificate: new Uint8Array(
      issued(ordinary(SIGN_2, { serial, key: signer, notBefore: wholeNow() - 300 * DAY_MS })),
    ),
    serial,
    spki: signer.spki,
    content,
    signature: signOctets('RS256', signer, content),
  };
}

/** The list of the certificates' municipality, an hour old; so many others are on it. */
export function signCrl(count: number = REVOKED): Uint8Array {
  const now = wholeNow();
  const distributionPoint = distributionPointName(SIGN_2.kind, 'Tokyo-to', 'Kiyose-shi');
  const revoked = Array.from({ length: count }, (_, index) => ({
    serial: integerOctets(FIRST_SERIAL + 0x100000 + index),
    revokedAt: now - 30 * DAY_MS,
    reason: 'superseded' as const,
  }));
  const extensions = [
    keyIdentifierOnly(SIGN_2.key.keyIdentifier),
    crlNumber(integerOctets(2026010101)),
    issuingDistributionPoint({ distributionPoint }),
  ];
  const times = { thisUpdate: now - HOUR_MS, nextUpdate: now + DAY_MS };
  return issueCrl({ issuer: caName(SIGN_2.kind), ...times, entries: revoked, extensions }, SIGN_2.key);
}

/** "Good" by the CA's delegate, whose certificate is sent along, as J-LIS does. */
export function signOcspResponse(serial: Uint8Array): Uint8Array {
  const now = wholeNow();
  const certId = certIdOf(caName(SIGN_2.kind), SIGN_2.key.spki, serial, 'sha1');
  const times = { thisUpdate: now - 60_000, nextUpdate: now + HOUR_MS };
  const to = {
    responses: [{ certId, says: { status: 'good' } as const, ...times }],
    producedAt: times.thisUpdate,
    responder: { keyHash: SIGN_2.ocspKey.keyIdentifier },
    certificates: [issueOcspDelegate(SIGN_2)],
  };
  return issueOcspResponse(to, SIGN_2.ocspKey);
}

/** The content in a container, attached, signed anew by the same key. */
export function signContainer(number: number, { certificate, serial, content }: SignedContent): Uint8Array {
  const signer = key(poolKeyName(number % POOL_SIZE));
  return issueSignedData({
    content,
    detached: false,
    signer: { der: certificate, issuer: caName(SIGN_2.kind), serial, keyIdentifier: signer.keyIdentifier },
    key: signer,
    signature: 'RS256',
    signingTime: wholeNow() - 60_000,
    signingCertificateV2: false,
  });
}
