import { encodeBoolean, encodeIntegerOctets, encodeObjectIdentifier, encodeSequence } from '../der/writer.ts';
import { encodeMessageImprint, type KnownImprint } from './message-imprint.ts';

const VERSION_1 = encodeIntegerOctets(Uint8Array.of(1));

/**
 * TimeStampReq (RFC 3161 §2.4.1), asking for the TSA's certificate (certReq TRUE): a token without it could not be verified
 * by whoever has it alone. `nonce`: contents octets of the INTEGER (unsignedIntegerOctets).
 */
export function encodeTimeStampRequest(request: {
  readonly messageImprint: KnownImprint;
  readonly nonce: Uint8Array;
  readonly policy?: string | undefined;
}): Uint8Array {
  const { messageImprint, nonce, policy } = request;
  return encodeSequence(
    VERSION_1,
    encodeMessageImprint(messageImprint),
    ...(policy === undefined ? [] : [encodeObjectIdentifier(policy)]),
    encodeIntegerOctets(nonce),
    encodeBoolean(true),
  );
}
