import * as asn1js from 'asn1js';
import * as pkijs from 'pkijs';
import { der, oid, own } from '../pki/asn1.ts';

export interface StampQuestion {
  /** Object identifier of the hash. */
  readonly hash: string;
  readonly digest: Uint8Array;
  readonly policy: string | undefined;
  /** Contents octets of the INTEGER. */
  readonly nonce: Uint8Array | undefined;
  readonly wantsCertificate: boolean;
}

/** An object identifier as asn1js words it when it has read it: long arcs otherwise than they were written. */
export const asRead = (identifier: string): string =>
  (asn1js.fromBER(own(der(oid(identifier)))).result as asn1js.ObjectIdentifier).valueBlock.toString();

/** undefined: these octets are no TimeStampReq of version 1. */
export function readTimestampRequest(bytes: Uint8Array): StampQuestion | undefined {
  try {
    const { version, messageImprint, reqPolicy, nonce, certReq } = pkijs.TimeStampReq.fromBER(own(bytes));
    if (version !== 1) return undefined;
    return {
      hash: messageImprint.hashAlgorithm.algorithmId,
      digest: new Uint8Array(messageImprint.hashedMessage.valueBlock.valueHexView),
      policy: reqPolicy,
      nonce: nonce && new Uint8Array(nonce.valueBlock.valueHexView),
      wantsCertificate: certReq === true,
    };
  } catch {
    return undefined;
  }
}
