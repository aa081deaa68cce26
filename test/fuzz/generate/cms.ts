import { compareBytes, concatBytes } from '../../../src/core/bytes.ts';
import * as tags from '../../../src/core/der/tags.ts';
import {
  encodeElement,
  encodeNull,
  encodeOctetString,
  encodeSequence,
  encodeSetOf,
} from '../../../src/core/der/writer.ts';
import type { Random } from '../random.ts';
import { generateCertificate } from './certificate.ts';
import { generateCrl } from './crl.ts';
import { extension, subjectKeyIdentifier } from './extensions.ts';
import { explicit, instant, integer, NOTHING, name, oid, type Signing, serialNumber, time } from './parts.ts';

const SHA256 = encodeSequence(oid('2.16.840.1.101.3.4.2.1'), encodeNull());
const SHA512 = encodeSequence(oid('2.16.840.1.101.3.4.2.3'));
const ID_DATA = oid('1.2.840.113549.1.7.1');

const attribute = (type: string, value: Uint8Array): Uint8Array =>
  encodeSequence(oid(type), encodeElement(tags.SET, value));

function signedAttributes(random: Random): readonly Uint8Array[] {
  const time0 = time(instant(random));
  return [
    attribute('1.2.840.113549.1.9.3', ID_DATA),
    attribute('1.2.840.113549.1.9.4', encodeOctetString(random.octets(32))),
    ...(random.oneIn(2) ? [attribute('1.2.840.113549.1.9.5', time0)] : []),
    ...(random.oneIn(4) ? [attribute('1.2.840.113549.1.9.15', encodeSequence(encodeSequence(oid('1.2.3'))))] : []),
  ].sort(compareBytes);
}

interface Signer {
  readonly issuer: Uint8Array;
  readonly serial: Uint8Array;
  readonly keyIdentifier: Uint8Array;
}

function signerInfo(
  random: Random,
  signing: Signing,
  { issuer, serial, keyIdentifier }: Signer,
  byKey: boolean,
): Uint8Array {
  const attributes = random.oneIn(8) ? undefined : signedAttributes(random);
  const signed = attributes === undefined ? random.octets(8) : encodeSetOf(attributes);
  return encodeSequence(
    integer(byKey ? 3 : 1),
    byKey ? encodeElement(0x80, keyIdentifier) : encodeSequence(issuer, serial),
    random.pick([SHA256, SHA512]),
    attributes === undefined ? NOTHING : explicit(0, ...attributes),
    signing.algorithm,
    encodeOctetString(signing.sign(signed)),
    random.oneIn(8) ? explicit(1, attribute('1.2.3.4', encodeOctetString(random.octets(4)))) : NOTHING,
  );
}

/** A valid SignedData with one signer or two, attached or detached, its certificates and now and then a CRL inside. */
export function generateCms(random: Random, signing: Signing): Uint8Array {
  const signers = random.several(random.oneIn(4) ? 2 : 1, () => ({
    issuer: name(random),
    serial: serialNumber(random),
    keyIdentifier: subjectKeyIdentifier(random),
  }));
  const certificates = signers.map(({ issuer, serial, keyIdentifier }) =>
    generateCertificate(random, signing, {
      issuer,
      serial,
      extensions: [extension('2.5.29.14', encodeOctetString(keyIdentifier))],
    }),
  );
  // RFC 5652 §5.1: version 3 where a SignerInfo is of version 3.
  const byKey = random.oneIn(3);
  const infos = signers.map((signer) => signerInfo(random, signing, signer, byKey));
  const signedData = encodeSequence(
    integer(byKey ? 3 : 1),
    encodeSetOf([SHA256, ...(random.oneIn(4) ? [SHA512] : [])]),
    encodeSequence(
      ID_DATA,
      random.oneIn(3) ? NOTHING : explicit(0, encodeOctetString(random.octets(random.below(40)))),
    ),
    random.oneIn(8) ? NOTHING : explicit(0, ...[...certificates].sort(compareBytes)),
    random.oneIn(8) ? explicit(1, generateCrl(random, signing)) : NOTHING,
    encodeElement(tags.SET, concatBytes(...infos.sort(compareBytes))),
  );
  return encodeSequence(oid('1.2.840.113549.1.7.2'), explicit(0, signedData));
}
