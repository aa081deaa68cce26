declare const brand: unique symbol;
/** CertificateSerialNumber (RFC 5280 §4.1.2.2). Made by decodeSerialNumber alone. */
export interface SerialNumber {
  readonly [brand]?: 'SerialNumber';
  /** Contents octets of the INTEGER, minimal two's complement, as encoded. */
  readonly octets: Uint8Array;
  /** Lower-case hexadecimal of `octets`: equal exactly when the serials are equal. */
  readonly hex: string;
  /** Zero or negative: does not conform to §4.1.2.2 and is refused where a profile is asked for. */
  readonly positive: boolean;
}
