import { MAX_SIGNED_ATTRIBUTES_SIZE } from '../der/limits.ts';
import type { DerElement } from '../der/reader.ts';
import * as tags from '../der/tags.ts';
import { readOctetString, readSmallInteger } from '../der/values.ts';
import { type AlgorithmIdentifier, decodeAlgorithmIdentifier } from '../x509/algorithm-identifier.ts';
import { decodeName, type Name } from '../x509/name.ts';
import { decodeSerialNumber, type SerialNumber } from '../x509/serial-number.ts';
import { type Attribute, decodeAttributes } from './attribute.ts';

/** SignerIdentifier (RFC 5652 §5.3). */
export type SignerIdentifier =
  | { readonly type: 'issuerAndSerialNumber'; readonly issuer: Name; readonly serialNumber: SerialNumber }
  | { readonly type: 'subjectKeyIdentifier'; readonly keyIdentifier: Uint8Array };

/** SignerInfo (RFC 5652 §5.3). Octets are views. */
export interface SignerInfo {
  readonly version: number;
  readonly sid: SignerIdentifier;
  readonly digestAlgorithm: AlgorithmIdentifier;
  readonly signedAttrs: readonly Attribute[] | undefined;
  /** Contents octets of signedAttrs as transmitted; what is verified is encodeSignedAttributes. */
  readonly signedAttrsContent: Uint8Array | undefined;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
  /** Not covered by the signature: nothing is concluded from them. */
  readonly unsignedAttrs: readonly Attribute[];
}

/** Throws DecodeError. Whether version and sid belong together is a check, not a matter of decoding. */
export function decodeSignerInfo(element: DerElement): SignerInfo {
  if (element.tag !== tags.SEQUENCE) throw element.error('unexpected-tag', 'a SignerInfo is a SEQUENCE');
  const inside = element.reader();
  const version = readSmallInteger(inside.next(tags.INTEGER));
  const sid = decodeSignerIdentifier(inside.next());
  const digestAlgorithm = decodeAlgorithmIdentifier(inside.next(tags.SEQUENCE));
  const signedAttrs = inside.nextIf(tags.contextConstructed(0));
  // They are sorted, and compared for it.
  if (signedAttrs !== undefined && signedAttrs.length > MAX_SIGNED_ATTRIBUTES_SIZE)
    throw signedAttrs.error('size-limit', `signedAttrs of more than ${MAX_SIGNED_ATTRIBUTES_SIZE} octets`);
  const signatureAlgorithm = decodeAlgorithmIdentifier(inside.next(tags.SEQUENCE));
  const signature = readOctetString(inside.next(tags.OCTET_STRING));
  const unsignedAttrs = inside.nextIf(tags.contextConstructed(1));
  inside.finish();
  return {
    version,
    sid,
    digestAlgorithm,
    signedAttrs: signedAttrs && decodeAttributes(signedAttrs),
    signedAttrsContent: signedAttrs?.content,
    signatureAlgorithm,
    signature,
    unsignedAttrs: unsignedAttrs === undefined ? [] : decodeAttributes(unsignedAttrs),
  };
}

function decodeSignerIdentifier(element: DerElement): SignerIdentifier {
  if (element.tag === tags.contextPrimitive(0)) {
    return { type: 'subjectKeyIdentifier', keyIdentifier: element.content };
  }
  if (element.tag !== tags.SEQUENCE) throw element.error('unexpected-tag', 'not a SignerIdentifier');
  const inside = element.reader();
  const issuer = decodeName(inside.next(tags.SEQUENCE));
  const serialNumber = decodeSerialNumber(inside.next(tags.INTEGER));
  inside.finish();
  return { type: 'issuerAndSerialNumber', issuer, serialNumber };
}
