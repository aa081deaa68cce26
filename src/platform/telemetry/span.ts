/** Spans of requests are called after their operation (`POST /jpki/verify`), calls to other parties after their method. */
export type SpanName =
  | 'GET'
  | 'POST'
  | 'verification.conclude'
  | 'verification.gather'
  | 'verification.judge'
  | 'verification.prepare'
  | 'verification.record';

/** Work of ours that nobody waits for. */
export type JobName = 'audit.seal' | 'audit.timestamp' | 'keys.rotate' | 'retention.run' | 'sweep.run';

/**
 * All that a span may tell, and under which name: a closed set, like the events of the log. Codes, counts, templates and ids
 * of ours; nothing of a person, no serial number, no reference, no address, no SQL, no message of an error.
 */
export const ATTRIBUTES = {
  tenantId: 'jpki.tenant.id',
  clientId: 'jpki.client.id',
  requestId: 'jpki.request.id',
  method: 'http.request.method',
  route: 'http.route',
  status: 'http.response.status_code',
  problem: 'jpki.problem.code',
  host: 'server.address',
  port: 'server.port',
  failure: 'error.type',
  kind: 'jpki.certificate.kind',
  revocationMethod: 'jpki.revocation.method',
  revocationStatus: 'jpki.revocation.status',
  indication: 'jpki.indication',
  subIndication: 'jpki.sub_indication',
  outcome: 'jpki.outcome',
  lines: 'jpki.audit.lines',
} as const;

export type SpanFacts = { readonly [fact in keyof typeof ATTRIBUTES]?: string | number | null | undefined };

/** A span under way. */
export interface OpenSpan {
  readonly traceId: string;
  /** For those who are asked within it. */
  readonly traceparent: string;
  startChild(name: SpanName, facts: SpanFacts): OpenSpan;
  add(facts: SpanFacts): void;
  rename(name: string): void;
  hasParts(): boolean;
  /** `failure`: a code or the name of an error. One that is never ended is never told. */
  end(failure?: string): void;
}
