/**
 * Every event that may be logged: a closed set, so that operators can alert on names. Add yours here, sorted. An event's
 * facts are ids, codes, counts, durations: nothing personal, no serial numbers, no content.
 */
export type LogEvent =
  | 'audit.delivery-failed'
  | 'audit.refusals-lost'
  | 'audit.rolled-back'
  | 'audit.seal-failed'
  | 'audit.sealed'
  | 'certificate.identity-conflict'
  | 'crl.refused'
  | 'crl.loaded'
  | 'database.connection-lost'
  | 'database.login-too-strong'
  | 'database.migrated'
  | 'database.unavailable'
  | 'http.request'
  | 'http.request-failed'
  | 'oauth.keys-fetch-failed'
  | 'ocsp.fetch-failed'
  | 'retention.done'
  | 'retention.failed'
  | 'sandbox.request-failed'
  | 'sandbox.started'
  | 'sweep.done'
  | 'sweep.failed'
  | 'service.started'
  | 'service.stopped'
  | 'service.stopping'
  | 'tls.reload-failed'
  | 'tls.reloaded'
  | 'trust-anchors.unpinned'
  | 'vault.key-created';
