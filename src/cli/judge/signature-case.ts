import { DecodeError } from '../../core/der/decode-error.ts';
import { readDer } from '../../core/der/reader.ts';
import { verifyRawSignature } from '../../core/signature/raw-signature.ts';
import { decodeSubjectPublicKeyInfo } from '../../core/x509/subject-public-key-info.ts';
import { nodeCrypto } from '../../platform/crypto.ts';
import { CaseFields, COMMON } from './case-fields.ts';
import { undecodable, type Verdict } from './verdict.ts';

const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384'] as const;
const MAX_KEY_SIZE = 16 * 1024;

/** A signature that stands alone, by a bare key. */
export function judgeSignatureCase(value: unknown): Verdict {
  const fields = new CaseFields(value, [...COMMON, 'algorithm', 'publicKey', 'message', 'signature', 'encoding']);
  const legacyAlgorithms = fields.settings(['legacyAlgorithms']).flag('legacyAlgorithms');
  if (fields.has('at')) fields.instant('at');
  const algorithm = fields.choice('algorithm', ALGORITHMS);
  const encoding = fields.choice('encoding', ['der', 'p1363'], 'der');
  const publicKey = fields.octets('publicKey');
  const content = fields.octets('message');
  const signature = fields.octets('signature');
  const key = decodeKey(publicKey);
  if (key === undefined) return undecodable('publicKey');
  const options = { legacyAlgorithms };
  const validity = verifyRawSignature({ algorithm, key, content, signature, encoding, crypto: nodeCrypto, options });
  switch (validity) {
    case 'valid':
      return { outcome: 'accepted', failedChecks: [] };
    case 'invalid':
      return { outcome: 'rejected', subIndication: 'SIG_CRYPTO_FAILURE', failedChecks: ['signature.value'] };
    default:
      return {
        outcome: 'rejected',
        subIndication: 'CRYPTO_CONSTRAINTS_FAILURE',
        failedChecks: ['signature.algorithm'],
      };
  }
}

function decodeKey(octets: Uint8Array) {
  try {
    return decodeSubjectPublicKeyInfo(readDer(octets, MAX_KEY_SIZE));
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}
