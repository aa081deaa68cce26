import { resolve } from 'node:path';
import type { SettingsReader } from '../platform/settings.ts';
import {
  type Collector,
  type MetricSettings,
  PROTOCOLS,
  SAMPLERS,
  type TelemetrySettings,
  type TraceSettings,
} from '../platform/telemetry/telemetry-settings.ts';

type Signal = 'TRACES' | 'METRICS';

const SERVICE_NAME = 'jpki-verifier';
/** Of a collector beside us, by the specification of the OTLP exporter. */
const USUAL_COLLECTOR = 'http://localhost:4318';
const RATIO = /^(?:0|1|0?\.\d{1,9}|1\.0{1,9})$/;
const TOKEN = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$/;
const HEADER_VALUE = /^[\x20-\x7e]{0,8192}$/;
const ATTRIBUTE_NAME = /^[A-Za-z0-9_.-]{1,128}$/;
const ATTRIBUTE_VALUE = /^[^\p{Cc}]{0,255}$/u;

/** Undefined unless OTEL_ variables ask for traces or metrics: a collector that is named, or an exporter. */
export function parseTelemetry(settings: SettingsReader): TelemetrySettings | undefined {
  if (isTrue(settings, 'OTEL_SDK_DISABLED')) return undefined;
  const traces = isWanted(settings, 'TRACES') ? parseTraces(settings) : undefined;
  const metrics = isWanted(settings, 'METRICS') ? parseMetrics(settings) : undefined;
  if (traces === undefined && metrics === undefined) return undefined;
  const { 'service.name': named, ...resourceAttributes } = readPairs(settings, 'OTEL_RESOURCE_ATTRIBUTES', isAttribute);
  const serviceName = settings.text('OTEL_SERVICE_NAME') ?? named ?? SERVICE_NAME;
  if (!ATTRIBUTE_VALUE.test(serviceName))
    settings.report('OTEL_SERVICE_NAME must be a name of at most 255 characters.');
  return { serviceName, resourceAttributes, traces, metrics, tls: parseTls(settings) };
}

/** The specification: `true` alone, in whatever case, is true. */
const isTrue = (settings: SettingsReader, name: string) => settings.text(name)?.toLowerCase() === 'true';

function isWanted(settings: SettingsReader, signal: Signal): boolean {
  const exporter = settings.oneOf(`OTEL_${signal}_EXPORTER`, ['otlp', 'none', ''], '');
  if (exporter !== '') return exporter === 'otlp';
  return settings.has('OTEL_EXPORTER_OTLP_ENDPOINT') || settings.has(`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`);
}

function parseTraces(settings: SettingsReader): TraceSettings {
  const mostWaiting = settings.integer('OTEL_BSP_MAX_QUEUE_SIZE', { min: 1, max: 65_536, fallback: 2_048 });
  const mostInBatch = settings.integer('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', { min: 1, max: 65_536, fallback: 512 });
  const ratio = settings.text('OTEL_TRACES_SAMPLER_ARG') ?? '1';
  if (!RATIO.test(ratio)) settings.report('OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1, as in 0.25.');
  return {
    to: parseCollector(settings, 'TRACES', 'v1/traces'),
    sampler: settings.oneOf('OTEL_TRACES_SAMPLER', SAMPLERS, 'parentbased_always_on'),
    ratio: Number(ratio),
    mostWaiting,
    mostInBatch: Math.min(mostInBatch, mostWaiting),
    everyMs: settings.integer('OTEL_BSP_SCHEDULE_DELAY', { min: 1, max: 600_000, fallback: 5_000 }),
  };
}

const parseMetrics = (settings: SettingsReader): MetricSettings => ({
  to: parseCollector(settings, 'METRICS', 'v1/metrics'),
  everyMs: settings.integer('OTEL_METRIC_EXPORT_INTERVAL', { min: 100, max: 86_400_000, fallback: 60_000 }),
});

function parseCollector(settings: SettingsReader, signal: Signal, path: string): Collector {
  const own = (what: string) => {
    const name = `OTEL_EXPORTER_OTLP_${signal}_${what}`;
    return settings.has(name) || settings.has(`${name}_FILE`) ? name : `OTEL_EXPORTER_OTLP_${what}`;
  };
  const headers = (name: string) => readPairs(settings, name, isHeader, settings.secret(name));
  const signalEndpoint = settings.url(`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`, ['http:', 'https:']);
  const endpoint = settings.url('OTEL_EXPORTER_OTLP_ENDPOINT', ['http:', 'https:']) ?? USUAL_COLLECTOR;
  return {
    // the signal's own address is used as it is, the common one is a base
    url: signalEndpoint ?? `${endpoint.replace(/\/$/, '')}/${path}`,
    headers: { ...headers('OTEL_EXPORTER_OTLP_HEADERS'), ...headers(`OTEL_EXPORTER_OTLP_${signal}_HEADERS`) },
    protocol: settings.oneOf(own('PROTOCOL'), PROTOCOLS, 'http/protobuf'),
    compression: settings.oneOf(own('COMPRESSION'), ['none', 'gzip'], 'none'),
    timeoutMs: settings.integer(own('TIMEOUT'), { min: 1, max: 60_000, fallback: 10_000 }),
  };
}

function parseTls(settings: SettingsReader): TelemetrySettings['tls'] {
  const file = (name: string) => {
    const path = settings.text(`OTEL_EXPORTER_OTLP_${name}`);
    return path === undefined ? undefined : resolve(path);
  };
  const [caFile, certFile, keyFile] = [file('CERTIFICATE'), file('CLIENT_CERTIFICATE'), file('CLIENT_KEY')];
  if ((certFile === undefined) !== (keyFile === undefined)) {
    settings.report(
      'OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and OTEL_EXPORTER_OTLP_CLIENT_KEY belong together: set both, or none.',
    );
  }
  return { caFile, certFile, keyFile };
}

const isHeader = (name: string, value: string) => TOKEN.test(name) && HEADER_VALUE.test(value);
const isAttribute = (name: string, value: string) => ATTRIBUTE_NAME.test(name) && ATTRIBUTE_VALUE.test(value);

/** `name=value,name=value`, the values percent-encoded, as in W3C Baggage. */
function readPairs(
  settings: SettingsReader,
  name: string,
  isAllowed: (name: string, value: string) => boolean,
  text: string | undefined = settings.text(name),
): Record<string, string> {
  const pairs: Record<string, string> = {};
  for (const item of (text ?? '').split(',')) {
    if (item.trim() === '') continue;
    const at = item.indexOf('=');
    const key = item.slice(0, Math.max(0, at)).trim();
    const value = decodePercent(item.slice(at + 1).trim());
    if (value === undefined || !isAllowed(key, value) || Object.hasOwn(Object.prototype, key)) {
      settings.report(`${name} must be NAME=VALUE pairs, parted by commas, the values percent-encoded.`);
      return {};
    }
    pairs[key] = value;
  }
  return pairs;
}

function decodePercent(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
