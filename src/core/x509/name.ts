/** AttributeTypeAndValue. `value`: text, or undefined when the type is not a character string. */
export interface AttributeTypeAndValue {
  readonly type: string;
  readonly valueTag: number;
  readonly value: string | undefined;
  /** DER of the value. */
  readonly valueDer: Uint8Array;
}

/** Name = RDNSequence (RFC 5280 §4.1.2.4), root first. Compared by compareNames (§7.1), never by text. */
export interface Name {
  readonly der: Uint8Array;
  readonly rdns: readonly (readonly AttributeTypeAndValue[])[];
}

/** GeneralName (RFC 5280 §4.2.1.6). */
export type GeneralName =
  | {
      readonly type: 'otherName';
      readonly typeId: string /** DER inside the EXPLICIT [0] */;
      readonly value: Uint8Array;
    }
  | { readonly type: 'rfc822Name' | 'dNSName' | 'uniformResourceIdentifier'; readonly value: string }
  | { readonly type: 'directoryName'; readonly value: Name }
  | { readonly type: 'iPAddress'; readonly value: Uint8Array }
  | { readonly type: 'registeredID'; readonly value: string }
  | { readonly type: 'x400Address' | 'ediPartyName'; readonly value: Uint8Array };
