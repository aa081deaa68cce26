import { equalBytes } from '../bytes.ts';
import { MAX_CERTIFICATE_SIZE } from '../der/limits.ts';
import { type DerElement, type DerReader, readDer } from '../der/reader.ts';
import * as tags from '../der/tags.ts';
import { readTime } from '../der/time.ts';
import { readBitString, readOctetAlignedBitString, readSmallInteger } from '../der/values.ts';
import { decodeAlgorithmIdentifier } from './algorithm-identifier.ts';
import type { Certificate } from './certificate.ts';
import { decodeExtensions, NO_EXTENSIONS } from './extensions/decode-extensions.ts';
import type { Extensions } from './extensions.ts';
import { decodeName } from './name.ts';
import { decodeSerialNumber } from './serial-number.ts';
import { decodeSubjectPublicKeyInfo } from './subject-public-key-info.ts';

/** One certificate in DER and nothing after it (RFC 5280 §4.1), with every extension that is known. Throws DecodeError. */
export function decodeCertificate(der: Uint8Array): Certificate {
  return decodeCertificateElement(readDer(der, MAX_CERTIFICATE_SIZE, tags.SEQUENCE));
}

/** As decodeCertificate, for a certificate inside a larger structure; its octets are views into that structure's. */
export function decodeCertificateElement(element: DerElement): Certificate {
  if (element.tag !== tags.SEQUENCE) throw element.error('unexpected-tag', 'a Certificate was expected');
  if (element.end - element.start > MAX_CERTIFICATE_SIZE)
    throw element.error('size-limit', `a certificate of more than ${MAX_CERTIFICATE_SIZE} octets`);
  const outer = element.reader();
  const tbs = outer.next(tags.SEQUENCE);
  const outerAlgorithm = outer.next(tags.SEQUENCE);
  const signatureAlgorithm = decodeAlgorithmIdentifier(outerAlgorithm);
  const signature = readOctetAlignedBitString(outer.read(tags.BIT_STRING));
  outer.finish();

  const fields = tbs.reader();
  const version = decodeVersion(fields);
  const serialNumber = decodeSerialNumber(fields.read(tags.INTEGER));
  // §4.1.1.2: the signed identifier and the one beside the signature are the same.
  if (!equalBytes(fields.read(tags.SEQUENCE).der, signatureAlgorithm.der))
    throw outerAlgorithm.error('invalid-value', 'the two signature algorithms differ');
  const issuer = decodeName(fields.read(tags.SEQUENCE));
  if (fields.length === 0) throw fields.error('invalid-value', 'the issuer is empty');
  const rest = fields.enter(tags.SEQUENCE);
  const notBefore = readTime(fields.read());
  const notAfter = readTime(fields.read());
  fields.leave(rest);
  const subject = decodeName(fields.read(tags.SEQUENCE));
  const subjectPublicKeyInfo = decodeSubjectPublicKeyInfo(fields.read(tags.SEQUENCE));
  skipUniqueIdentifiers(fields, version);
  const extensions = decodeExtensionsField(fields, version);
  fields.finish();

  return {
    der: element.der,
    tbsCertificate: tbs.der,
    version,
    serialNumber,
    signatureAlgorithm,
    signature,
    issuer,
    subject,
    notBefore,
    notAfter,
    subjectPublicKeyInfo,
    extensions,
  };
}

/** Version ::= INTEGER { v1(0), v2(1), v3(2) }, `[0] EXPLICIT DEFAULT v1` (§4.1.2.1). */
function decodeVersion(fields: DerReader): 1 | 2 | 3 {
  const tagged = fields.nextIf(tags.contextConstructed(0));
  if (tagged === undefined) return 1;
  switch (readSmallInteger(tagged.only(tags.INTEGER))) {
    case 0:
      // X.690 §11.5: a DEFAULT value is not encoded.
      throw tagged.error('non-minimal-value', 'version v1 is the default');
    case 1:
      return 2;
    case 2:
      return 3;
    default:
      throw tagged.error('unsupported-version', 'a version above v3');
  }
}

/** issuerUniqueID `[1]` and subjectUniqueID `[2]`, IMPLICIT BIT STRING, of versions 2 and 3 (§4.1.2.8); not used. */
function skipUniqueIdentifiers(fields: DerReader, version: 1 | 2 | 3): void {
  for (const tag of [tags.contextPrimitive(1), tags.contextPrimitive(2)]) {
    const element = fields.nextIf(tag);
    if (element === undefined) continue;
    if (version === 1) throw element.error('invalid-value', 'a unique identifier in version 1');
    readBitString(element, tag);
  }
}

/** Extensions `[3] EXPLICIT` of version 3 alone (§4.1.2.9). */
function decodeExtensionsField(fields: DerReader, version: 1 | 2 | 3): Extensions {
  const tagged = fields.nextIf(tags.contextConstructed(3));
  if (tagged === undefined) return NO_EXTENSIONS;
  if (version !== 3) throw tagged.error('invalid-value', 'extensions below version 3');
  return decodeExtensions(tagged.only(tags.SEQUENCE));
}
