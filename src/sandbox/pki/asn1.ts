import * as asn1js from 'asn1js';

/** Short words for the asn1js classes that the sandbox writes with. */
export type Asn1 = asn1js.BaseBlock;

const CONTEXT = 3;

/** A copy with a buffer of its own, as asn1js and pkijs want it. */
export const own = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;

export const der = (block: { toBER(): ArrayBuffer }): Uint8Array => new Uint8Array(block.toBER());

export const sequence = (...value: Asn1[]): Asn1 => new asn1js.Sequence({ value: value as never });
export const set = (...value: Asn1[]): Asn1 => new asn1js.Set({ value: value as never });
export const oid = (value: string): Asn1 => new asn1js.ObjectIdentifier({ value });
export const utf8 = (value: string) => new asn1js.Utf8String({ value });
export const printable = (value: string) => new asn1js.PrintableString({ value });
export const ia5 = (value: string) => new asn1js.IA5String({ value });
export const octets = (bytes: Uint8Array) => new asn1js.OctetString({ valueHex: own(bytes) });
export const bits = (bytes: Uint8Array, unusedBits = 0) => new asn1js.BitString({ valueHex: own(bytes), unusedBits });
export const boolean = (value: boolean): Asn1 => new asn1js.Boolean({ value });
export const nothing = (): Asn1 => new asn1js.Null();
export const enumerated = (value: number) => new asn1js.Enumerated({ value });
export const utcTime = (at: number): Asn1 => new asn1js.UTCTime({ valueDate: new Date(at) });
export const generalizedTime = (at: number): Asn1 => new asn1js.GeneralizedTime({ valueDate: new Date(at) });

/** INTEGER of these content octets, as they are. */
export const integer = (content: Uint8Array) => new asn1js.Integer({ valueHex: own(content) });

/** The content octets of a non-negative INTEGER. */
export function integerOctets(value: number | bigint): Uint8Array {
  let hex = BigInt(value).toString(16);
  if (hex.length % 2 === 1) hex = `0${hex}`;
  const octet = Number.parseInt(hex.slice(0, 2), 16);
  return Buffer.from(octet >= 0x80 ? `00${hex}` : hex, 'hex');
}

/** [n] constructed: EXPLICIT around one element, or IMPLICIT SEQUENCE of several. */
export const tagged = (tagNumber: number, ...value: Asn1[]): Asn1 =>
  new asn1js.Constructed({ idBlock: { tagClass: CONTEXT, tagNumber }, value: value as never });

/** [n] IMPLICIT primitive. */
export const taggedOctets = (tagNumber: number, bytes: Uint8Array): Asn1 =>
  new asn1js.Primitive({ idBlock: { tagClass: CONTEXT, tagNumber }, valueHex: own(bytes) });

/** DER that came from elsewhere, as an element. */
export function element(bytes: Uint8Array): Asn1 {
  const { offset, result } = asn1js.fromBER(own(bytes));
  if (offset === -1) throw new Error('the sandbox was given bytes that are no DER');
  return result as Asn1;
}

/** One TLV by hand: where the bytes must be exact, or wrong on purpose. Minimal definite length. */
export function tlv(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const content = Buffer.concat(contents);
  if (content.length < 0x80) return Buffer.concat([Buffer.of(tag, content.length), content]);
  const length = integerOctets(content.length).filter((octet, index) => index > 0 || octet !== 0);
  return Buffer.concat([Buffer.of(tag, 0x80 | length.length), length, content]);
}
