import { compareBytes, concatBytes } from '../../../src/core/bytes.ts';
import * as tags from '../../../src/core/der/tags.ts';
import {
  encodeElement,
  encodeNull,
  encodeOctetString,
  encodeSequence,
  encodeSetOf,
} from '../../../src/core/der/writer.ts';
import { nodeCrypto } from '../../../src/platform/crypto.ts';
import type { Random } from '../random.ts';
import { generateCertificate } from './certificate.ts';
import { extension } from './extensions.ts';
import {
  ascii,
  explicit,
  instant,
  integer,
  NOTHING,
  name,
  oid,
  type Signing,
  serialNumber,
  TRUE,
  time,
} from './parts.ts';

const SHA256 = encodeSequence(oid('2.16.840.1.101.3.4.2.1'), encodeNull());
const ID_CT_TST_INFO = oid('1.2.840.113549.1.9.16.1.4');

/** What every token of this grammar is about, and was asked with. */
export const STAMPED = new Uint8Array(32).fill(0x5a);
export const NONCE = Uint8Array.of(0x11, 0x22);

const attribute = (type: string, value: Uint8Array): Uint8Array =>
  encodeSequence(oid(type), encodeElement(tags.SET, value));

function genTime(random: Random): Uint8Array {
  const whole = time(instant(random), true);
  const digits = whole.subarray(2, whole.length - 1);
  const fraction = random.oneIn(3) ? `.${random.below(900) * 10 + 1}` : '';
  return encodeElement(tags.GENERALIZED_TIME, concatBytes(digits, ascii(`${fraction}Z`)));
}

function accuracy(random: Random): Uint8Array {
  const part = (n: number) =>
    random.oneIn(2) ? encodeElement(0x80 | n, Uint8Array.of(1 + random.below(100))) : NOTHING;
  return encodeSequence(random.oneIn(2) ? integer(random.below(60)) : NOTHING, part(0), part(1));
}

function tstInfo(random: Random, tsa: Uint8Array): Uint8Array {
  return encodeSequence(
    integer(1),
    oid('1.2.3.4.1'),
    encodeSequence(SHA256, encodeOctetString(STAMPED)),
    serialNumber(random),
    genTime(random),
    random.oneIn(2) ? accuracy(random) : NOTHING,
    random.oneIn(4) ? TRUE : NOTHING,
    random.oneIn(4) ? NOTHING : encodeElement(tags.INTEGER, NONCE),
    random.oneIn(2) ? explicit(0, encodeElement(tags.contextConstructed(4), tsa)) : NOTHING,
    random.oneIn(6) ? explicit(1, extension('1.2.3', encodeNull())) : NOTHING,
  );
}

function token(random: Random, signing: Signing): Uint8Array {
  const [issuer, subject, serial] = [name(random), name(random), serialNumber(random)];
  const purposes = encodeSequence(oid('1.3.6.1.5.5.7.3.8'));
  const certificate = generateCertificate(random, signing, {
    ...{ issuer, subject, serial },
    extensions: [extension('2.5.29.37', purposes, true)],
  });
  const content = tstInfo(random, subject);
  const digest = (octets: Uint8Array) => encodeOctetString(nodeCrypto.digest('SHA-256', octets));
  const attributes = [
    attribute('1.2.840.113549.1.9.3', ID_CT_TST_INFO),
    attribute('1.2.840.113549.1.9.4', digest(content)),
    attribute('1.2.840.113549.1.9.16.2.47', encodeSequence(encodeSequence(encodeSequence(digest(certificate))))),
  ].sort(compareBytes);
  const signerInfo = encodeSequence(
    integer(1),
    encodeSequence(issuer, serial),
    SHA256,
    explicit(0, ...attributes),
    signing.algorithm,
    encodeOctetString(signing.sign(encodeSetOf(attributes))),
  );
  const signedData = encodeSequence(
    integer(3),
    encodeSetOf([SHA256]),
    encodeSequence(ID_CT_TST_INFO, explicit(0, encodeOctetString(content))),
    explicit(0, certificate),
    encodeElement(tags.SET, signerInfo),
  );
  return encodeSequence(oid('1.2.840.113549.1.7.2'), explicit(0, signedData));
}

/** A valid TimeStampResp: now and then a refusal. */
export function generateTimeStampResponse(random: Random, signing: Signing): Uint8Array {
  if (!random.oneIn(6)) return encodeSequence(encodeSequence(integer(random.below(2))), token(random, signing));
  const words = encodeSequence(encodeElement(tags.UTF8_STRING, ascii('not now')));
  const failInfo = encodeElement(tags.BIT_STRING, Uint8Array.of(5, 0x20));
  return encodeSequence(
    encodeSequence(
      integer(2 + random.below(4)),
      random.oneIn(2) ? words : NOTHING,
      random.oneIn(2) ? failInfo : NOTHING,
    ),
  );
}
