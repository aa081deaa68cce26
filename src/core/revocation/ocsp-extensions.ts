import { readDer } from '../der/reader.ts';
import { readGeneralizedTime } from '../der/time.ts';
import { readNull } from '../der/values.ts';
import type { RawExtension } from '../x509/extensions.ts';
import { refuse } from './evidence.ts';
import { ID_PKIX_OCSP_NONCE } from './ocsp-request.ts';
import type { Refusal } from './status.ts';

type KnownExtensions = ReadonlyMap<string, (extnValue: Uint8Array) => void>;

const MAX_EXTENSION_SIZE = 4096;

/** What responseExtensions may hold that we process (RFC 6960 §4.4, RFC 9654). */
export const RESPONSE_EXTENSIONS: KnownExtensions = new Map([
  // Old responders put the bare octets there, so the contents are compared, not decoded.
  [ID_PKIX_OCSP_NONCE, () => undefined],
  // §4.4.8, id-pkix-ocsp-extended-revoke: "revoked" may stand for never issued. Revoked it is, either way.
  ['1.3.6.1.5.5.7.48.1.9', (value: Uint8Array) => readNull(readDer(value, MAX_EXTENSION_SIZE))],
]);

/** What singleExtensions may hold that we process. */
export const SINGLE_EXTENSIONS: KnownExtensions = new Map([
  // §4.4.4, archiveCutoff: how long after its expiry a certificate is still spoken of; it narrows nothing now.
  ['1.3.6.1.5.5.7.48.1.6', (value: Uint8Array) => void readGeneralizedTime(readDer(value, MAX_EXTENSION_SIZE))],
]);

/** A critical extension that is not processed makes the response unusable (§4.4); a known one has to be well-formed. */
export function validateKnownExtensions(
  extensions: readonly RawExtension[],
  known: KnownExtensions,
): Refusal | undefined {
  for (const { extnID, critical, extnValue } of extensions) {
    const validate = known.get(extnID);
    if (validate !== undefined) validate(extnValue);
    else if (critical) return refuse('unknown-critical-extension', `critical extension ${extnID} is not processed`);
  }
  return undefined;
}
