/**
 * Why a request is not served: a closed set, each a stable word of the API (RFC 9457 `code`). A verdict is never among
 * them. Which HTTP status each has is said once, in the map over this type.
 */
export type ProblemCode =
  // said at the door, before any use case
  | 'malformed-request'
  | 'malformed-json'
  | 'json-too-complex'
  | 'body-too-large'
  | 'unsupported-media-type'
  | 'request-timeout'
  | 'unauthenticated'
  | 'key-expired'
  | 'key-revoked'
  | 'token-invalid'
  | 'token-expired'
  | 'token-client-unknown'
  | 'client-certificate-required'
  | 'tenant-suspended'
  | 'role-not-allowed'
  | 'insufficient-scope'
  | 'rate-limited'
  | 'quota-exceeded'
  | 'not-found'
  | 'method-not-allowed'
  | 'internal-error'
  | 'stored-value-altered'
  // the request makes no sense
  | 'invalid-request'
  | 'cursor-invalid'
  | 'digest-not-supported'
  | 'idempotency-key-reused'
  // no signer certificate, or nothing that could be judged
  | 'certificate-unreadable'
  | 'cms-unreadable'
  | 'signer-count'
  | 'signer-certificate-missing'
  | 'format-not-supported'
  | 'content-required'
  | 'content-not-allowed'
  | 'not-yet-supported'
  // what is asked for is not there
  | 'verification-not-found'
  | 'record-shredded'
  | 'subject-not-found'
  | 'legal-hold-not-found'
  | 'tenant-not-found'
  | 'tenant-exists'
  | 'client-not-found'
  | 'client-revoked'
  | 'external-id-taken'
  // the law has it kept
  | 'retention-required'
  | 'legal-hold'
  // not now
  | 'authorization-server-unavailable'
  | 'database-unavailable'
  | 'keys-unavailable';
