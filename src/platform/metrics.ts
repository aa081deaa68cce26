import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** The service's own registry: nothing of another library's default registry appears in /metrics. */
export interface Metrics {
  /** `route` is the path template of openapi.yaml, never the path of a request. */
  observeRequest(facts: { method: string; route: string; status: number; seconds: number }): void;
  countVerification(indication: string, subIndication: string | null): void;
  /** Read when /metrics is asked: seconds since the thisUpdate of the oldest CRL at hand, undefined without one. */
  ageOfOldestCrl(read: () => number | undefined): void;
  /** Asked when /metrics is asked; nothing is told while it cannot say. */
  waitingAuditLines(read: () => Promise<{ readonly lines: number; readonly oldestSeconds: number }>): void;
  /** Likewise. */
  sealTimestamps(read: () => Promise<SealTimestampState>): void;
  /** What became of spans that were to be sent to a collector. */
  countSpans(outcome: string, spans: number): void;
  /** Prometheus text exposition format. */
  render(): Promise<{ contentType: string; text: string }>;
  /** The same as values. */
  snapshot(): Promise<readonly MetricSnapshot[]>;
}

/** A metric as prom-client has it: of a histogram each bucket (label `le`), `_sum` and `_count`. */
export interface MetricSnapshot {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly values: readonly {
    readonly labels: Record<string, string | number>;
    readonly value: number;
    readonly metricName?: string;
  }[];
}

/** null before there is a timestamp: then nothing is told of it. */
export interface SealTimestampState {
  readonly ageSeconds: number | null;
  readonly remainingSeconds: number | null;
  readonly failures: number;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'jpki_http_request_duration_seconds',
    help: 'Time to answer a request, by operation and status',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  const verifications = new Counter({
    name: 'jpki_verifications_total',
    help: 'Verifications concluded, by indication and sub-indication',
    labelNames: ['indication', 'sub_indication'],
    registers: [registry],
  });
  let spans: Counter | undefined;
  return {
    observeRequest: ({ method, route, status, seconds }) =>
      requests.observe({ method, route, status: String(status) }, seconds),
    countVerification: (indication, subIndication) =>
      verifications.inc({ indication, sub_indication: subIndication ?? '' }),
    ageOfOldestCrl: (read) => {
      new Gauge({
        name: 'jpki_crl_oldest_age_seconds',
        help: 'Age of the oldest CRL at hand (since its thisUpdate)',
        registers: [registry],
        collect() {
          const age = read();
          if (age === undefined) this.reset();
          else this.set(age);
        },
      });
    },
    waitingAuditLines: (read) =>
      createGauges(registry, read, {
        jpki_audit_waiting_seconds: {
          help: 'Time since the oldest audit line that is not sealed yet',
          value: ({ oldestSeconds }) => oldestSeconds,
        },
        jpki_audit_waiting_lines: {
          help: 'Audit lines not sealed yet, counted as far as a hundred thousand',
          value: ({ lines }) => lines,
        },
      }),
    sealTimestamps: (read) =>
      createGauges(registry, read, {
        jpki_audit_timestamp_age_seconds: {
          help: 'Time since the newest timestamp of the seals of the audit trail',
          value: ({ ageSeconds }) => ageSeconds,
        },
        jpki_audit_timestamp_remaining_seconds: {
          help: 'Time until the newest timestamp of the seals ends, with its certificate or an algorithm; negative after it',
          value: ({ remainingSeconds }) => remainingSeconds,
        },
        jpki_audit_timestamp_failures: {
          help: 'How often in a row the time stamping authority gave no timestamp of the seals',
          value: ({ failures }) => failures,
        },
      }),
    countSpans: (outcome, count) => {
      spans ??= new Counter({
        name: 'jpki_telemetry_spans_total',
        help: 'Spans by what became of them: exported, export-failed, or dropped because too many were waiting',
        labelNames: ['outcome'],
        registers: [registry],
      });
      spans.inc({ outcome }, count);
    },
    // prom-client calls the type a number and gives its name
    snapshot: async () => (await registry.getMetricsAsJSON()) as unknown as readonly MetricSnapshot[],
    render: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}

interface GaugeOf<T> {
  readonly help: string;
  /** null: nothing is told. */
  readonly value: (state: T) => number | null;
}

/** Asked once each time that metrics are; while nobody can say, nothing is told: a gauge that is reset would tell zero. */
function createGauges<T>(
  registry: Registry,
  read: () => Promise<T>,
  gauges: Readonly<Record<string, GaugeOf<T>>>,
): void {
  let reading: Promise<T | undefined> | undefined;
  const readOnce = () => {
    reading ??= read()
      .catch(() => undefined)
      .finally(() => {
        reading = undefined;
      });
    return reading;
  };
  for (const [name, { help, value }] of Object.entries(gauges)) {
    new Gauge({
      ...{ name, help },
      registers: [registry],
      async collect() {
        const state = await readOnce();
        const told = state === undefined ? null : value(state);
        if (told === null) this.remove();
        else this.set(told);
      },
    });
  }
}
