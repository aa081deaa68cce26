import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  JsonMetricsSerializer,
  JsonTraceSerializer,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
} from '@opentelemetry/otlp-transformer';
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  MeterProvider,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import { createHttpClient, type HttpClient } from '../http-client/http-client.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { StartRefused } from '../start-refused.ts';
import type { Tracer } from './current-work.ts';
import { createMetricProducer } from './metric-producer.ts';
import { createPost } from './otlp-post.ts';
import { createSampler, createTracer } from './sdk-tracer.ts';
import { createSpanQueue } from './span-queue.ts';
import type { CollectorTls, MetricSettings, TelemetrySettings, TraceSettings } from './telemetry-settings.ts';

export interface RunningTelemetry {
  /** Undefined where no traces are asked for. */
  readonly tracer: Tracer | undefined;
  /** Sends what waits, for as long as `flushMs`; then gives up. */
  stop(): Promise<void>;
}

interface Parts {
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'snapshot' | 'countSpans'>;
  /** A collector that answers has what waits long before; one that does not is waited for no longer. */
  readonly flushMs: number;
}

type SignalParts = Omit<Parts, 'flushMs'> & { readonly resource: Resource; readonly httpClient: HttpClient };

const LONGEST_VALUE = 256;
const MOST_CONNECTIONS = 4;

/** Loaded only where it is asked for: the SDK is no part of the start, nor of a request, without it. */
export async function startTelemetry(settings: TelemetrySettings, parts: Parts): Promise<RunningTelemetry> {
  const { serviceName, resourceAttributes, traces, metrics } = settings;
  const resource = resourceFromAttributes({
    // the totals of two replicas must not be taken for one
    'service.instance.id': randomUUID(),
    ...resourceAttributes,
    'service.name': serviceName,
  });
  const httpClient = createHttpClient({ maxSockets: MOST_CONNECTIONS, tls: await readTls(settings.tls) });
  const signalParts = { ...parts, resource, httpClient };
  const tracing = traces && startTraces(traces, signalParts);
  const metering = metrics && startMetrics(metrics, signalParts);
  return {
    tracer: tracing && createTracer(tracing.getTracer('jpki-verifier')),
    async stop() {
      const done = Promise.allSettled([tracing?.shutdown(), metering?.shutdown()]);
      await noLonger(done, parts.flushMs);
      // what is on its way fails now, and is counted; a metric that cannot be read is not waited for
      httpClient.giveUp();
      await noLonger(done, parts.flushMs / 10);
      httpClient.close();
    },
  };
}

async function noLonger(work: Promise<unknown>, ms: number): Promise<void> {
  const late = new AbortController();
  await Promise.race([work, sleep(ms, undefined, { signal: late.signal }).catch(() => undefined)]);
  late.abort();
}

function startTraces(settings: TraceSettings, { resource, metrics, ...parts }: SignalParts): TracerProvider {
  const serializer = settings.to.protocol === 'http/json' ? JsonTraceSerializer : ProtobufTraceSerializer;
  const post = createPost('traces', settings.to, parts);
  return new TracerProvider({
    resource,
    sampler: createSampler(settings),
    spanLimits: { attributeValueLengthLimit: LONGEST_VALUE },
    spanProcessors: [createSpanQueue(settings, serializer, post, metrics.countSpans)],
  });
}

function startMetrics({ to, everyMs }: MetricSettings, { resource, metrics, ...parts }: SignalParts): MeterProvider {
  const serializer = to.protocol === 'http/json' ? JsonMetricsSerializer : ProtobufMetricsSerializer;
  const post = createPost('metrics', to, parts);
  let underWay: Promise<unknown> | undefined;
  const send = async (body: Uint8Array | undefined) => {
    if (body !== undefined) await post(body);
  };
  const exporter: PushMetricExporter = {
    export(collected, done) {
      // a collector that stalls is asked one thing at a time; a failure is told by the log and needs no other way
      underWay ??= send(serializer.serializeRequest(collected)).finally(() => {
        underWay = undefined;
      });
      underWay.then(
        () => done({ code: 0 }),
        () => done({ code: 0 }),
      );
    },
    selectAggregationTemporality: () => AggregationTemporality.CUMULATIVE,
    forceFlush: async () => undefined,
    shutdown: async () => undefined,
  };
  const reader = new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: everyMs,
    exportTimeoutMillis: Math.min(everyMs, to.timeoutMs),
    metricProducers: [createMetricProducer(resource, metrics.snapshot)],
  });
  return new MeterProvider({ resource, readers: [reader] });
}

async function readTls({ caFile, certFile, keyFile }: CollectorTls) {
  const read = async (name: string, path: string | undefined) => {
    if (path === undefined) return undefined;
    return readFile(path, 'utf8').catch((cause) => {
      const variable = `OTEL_EXPORTER_OTLP_${name}`;
      throw new StartRefused(
        [`The file that ${variable} names cannot be read: name one that this user may read.`],
        cause,
      );
    });
  };
  return {
    ca: await read('CERTIFICATE', caFile),
    cert: await read('CLIENT_CERTIFICATE', certFile),
    key: await read('CLIENT_KEY', keyFile),
  };
}
