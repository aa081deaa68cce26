/** What the standard environment variables of OpenTelemetry ask for; see docs/RUNNING.md. */
export interface TelemetrySettings {
  readonly serviceName: string;
  /** Of the process, beside its name. */
  readonly resourceAttributes: Readonly<Record<string, string>>;
  readonly traces: TraceSettings | undefined;
  readonly metrics: MetricSettings | undefined;
  readonly tls: CollectorTls;
}

export const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

export interface TraceSettings {
  readonly to: Collector;
  readonly sampler: (typeof SAMPLERS)[number];
  /** Of the samplers by ratio, 0 to 1. */
  readonly ratio: number;
  readonly mostWaiting: number;
  readonly mostInBatch: number;
  readonly everyMs: number;
}

export interface MetricSettings {
  readonly to: Collector;
  readonly everyMs: number;
}

export const PROTOCOLS = ['http/protobuf', 'http/json'] as const;

/** Where one signal goes, by OTLP over HTTP. */
export interface Collector {
  readonly url: string;
  /** May hold a secret. */
  readonly headers: Readonly<Record<string, string>>;
  readonly protocol: (typeof PROTOCOLS)[number];
  readonly compression: 'none' | 'gzip';
  readonly timeoutMs: number;
}

/** Files in PEM: the CA that the collector is held to instead of the usual ones, and what it asks of us. */
export interface CollectorTls {
  readonly caFile: string | undefined;
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
}
