import * as pkijs from 'pkijs';
import { OID } from '../oids.ts';
import { own } from '../pki/asn1.ts';

/** One certificate asked about (RFC 6960 §4.1.1). */
export interface Asked {
  /** DER CertID. */
  readonly certId: Uint8Array;
  readonly hash: 'sha1' | 'sha256' | undefined;
  readonly issuerNameHash: Uint8Array;
  readonly issuerKeyHash: Uint8Array;
  /** Content octets in hexadecimal. */
  readonly serial: string;
}

export interface OcspQuestion {
  readonly asked: readonly Asked[];
  readonly nonce: Uint8Array | undefined;
}

const HASH: Readonly<Record<string, 'sha1' | 'sha256'>> = { [OID.sha1]: 'sha1', [OID.sha256]: 'sha256' };

function askedOf({ reqCert }: pkijs.Request): Asked {
  return {
    certId: new Uint8Array(reqCert.toSchema().toBER()),
    hash: HASH[reqCert.hashAlgorithm.algorithmId],
    issuerNameHash: reqCert.issuerNameHash.valueBlock.valueHexView,
    issuerKeyHash: reqCert.issuerKeyHash.valueBlock.valueHexView,
    serial: Buffer.from(reqCert.serialNumber.valueBlock.valueHexView).toString('hex'),
  };
}

/** The octets inside the nonce's OCTET STRING (RFC 8954); one without that wrapping is taken as it is. */
function nonceOf(request: pkijs.OCSPRequest): Uint8Array | undefined {
  const found = request.tbsRequest.requestExtensions?.find(({ extnID }) => extnID === OID.ocspNonce);
  if (found === undefined) return undefined;
  const value = found.extnValue.valueBlock.valueHexView;
  return value[0] === 0x04 && value[1] === value.length - 2 ? value.subarray(2) : value;
}

/** undefined: these octets are no OCSPRequest. */
export function readOcspRequest(bytes: Uint8Array): OcspQuestion | undefined {
  try {
    const request = pkijs.OCSPRequest.fromBER(own(bytes));
    return { asked: request.tbsRequest.requestList.map(askedOf), nonce: nonceOf(request) };
  } catch {
    return undefined;
  }
}
