import { describe, expect, it } from '@jest/globals';
import { parseAdministrationConfig, parseConfig } from '../../src/config.ts';
import type { TelemetrySettings } from '../../src/platform/telemetry/telemetry-settings.ts';

type Environment = Record<string, string>;
const noFile = (): string => {
  throw new Error('no such file');
};

function telemetryOf(env: Environment, readFile: (path: string) => string = noFile): TelemetrySettings | undefined {
  const parsed = parseConfig(env, readFile);
  if (!parsed.ok) throw new Error(parsed.problems.join('\n'));
  return parsed.config.telemetry;
}
const problemsOf = (env: Environment, readFile: (path: string) => string = noFile): readonly string[] => {
  const parsed = parseConfig(env, readFile);
  return parsed.ok ? [] : parsed.problems;
};

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };
const OTLP = { OTEL_TRACES_EXPORTER: 'otlp', OTEL_METRICS_EXPORTER: 'otlp' };

describe('telemetry', () => {
  it.each<[string, Environment, boolean, boolean]>([
    ['nothing is set', {}, false, false],
    ['only names are set', { OTEL_SERVICE_NAME: 'a', OTEL_TRACES_SAMPLER: 'always_on' }, false, false],
    ['a collector is named', ENDPOINT, true, true],
    ['an exporter of each is', OTLP, true, true],
    ['an exporter of traces is', { OTEL_TRACES_EXPORTER: 'otlp' }, true, false],
    ['an exporter of metrics is', { OTEL_METRICS_EXPORTER: 'otlp' }, false, true],
    ['one signal is not wanted', { ...ENDPOINT, OTEL_METRICS_EXPORTER: 'none' }, true, false],
    ['neither is', { ...ENDPOINT, OTEL_METRICS_EXPORTER: 'none', OTEL_TRACES_EXPORTER: 'none' }, false, false],
    ['a collector of one is named', { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'https://m/x' }, false, true],
    ['it is disabled', { ...ENDPOINT, ...OTLP, OTEL_SDK_DISABLED: 'TRUE' }, false, false],
    ['it is not disabled', { ...ENDPOINT, OTEL_SDK_DISABLED: 'false' }, true, true],
  ])('when %s', (_when, env, traces, metrics) => {
    const telemetry = telemetryOf(env);
    expect([telemetry?.traces !== undefined, telemetry?.metrics !== undefined]).toEqual([traces, metrics]);
  });

  it('has the defaults of the specification', () => {
    const to = { headers: {}, protocol: 'http/protobuf', compression: 'none', timeoutMs: 10_000 };
    expect(telemetryOf(OTLP)).toEqual({
      serviceName: 'jpki-verifier',
      resourceAttributes: {},
      traces: {
        to: { ...to, url: 'http://localhost:4318/v1/traces' },
        ...{ sampler: 'parentbased_always_on', ratio: 1, mostWaiting: 2_048, mostInBatch: 512, everyMs: 5_000 },
      },
      metrics: { to: { ...to, url: 'http://localhost:4318/v1/metrics' }, everyMs: 60_000 },
      tls: { caFile: undefined, certFile: undefined, keyFile: undefined },
    });
  });

  it('takes what is set for one signal before what is set for both', () => {
    const telemetry = telemetryOf({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector.example/base/',
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://traces.example/in',
      OTEL_EXPORTER_OTLP_HEADERS: 'a=common, b = both%2C%20kept ,',
      OTEL_EXPORTER_OTLP_METRICS_HEADERS: 'a=own',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'http/protobuf',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: '1500',
      OTEL_BSP_MAX_QUEUE_SIZE: '100',
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.25',
      OTEL_METRIC_EXPORT_INTERVAL: '15000',
      OTEL_RESOURCE_ATTRIBUTES: 'service.name=named,deployment.environment.name=%E6%9C%AC%E7%95%AA',
    });
    expect(telemetry).toMatchObject({
      serviceName: 'named',
      resourceAttributes: { 'deployment.environment.name': '本番' },
      traces: {
        ...{ mostWaiting: 100, mostInBatch: 100, sampler: 'parentbased_traceidratio', ratio: 0.25 },
        to: {
          ...{ url: 'https://traces.example/in', headers: { a: 'common', b: 'both, kept' } },
          ...{ protocol: 'http/json', compression: 'gzip', timeoutMs: 1_500 },
        },
      },
      metrics: {
        everyMs: 15_000,
        to: {
          ...{ url: 'https://collector.example/base/v1/metrics', headers: { a: 'own', b: 'both, kept' } },
          ...{ protocol: 'http/protobuf', compression: 'gzip', timeoutMs: 10_000 },
        },
      },
    });
    expect(
      telemetryOf({ ...ENDPOINT, OTEL_SERVICE_NAME: 'bank', OTEL_RESOURCE_ATTRIBUTES: 'service.name=x' }),
    ).toMatchObject({ serviceName: 'bank', resourceAttributes: {} });
  });

  it('takes its headers, which may hold a secret, from a file', () => {
    const readFile = (path: string) => (path === '/run/secrets/otel' ? 'authorization=Bearer%20s3cret\n' : noFile());
    const env = { ...ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS_FILE: '/run/secrets/otel' };
    expect(telemetryOf(env, readFile)?.traces?.to.headers).toEqual({ authorization: 'Bearer s3cret' });
  });

  it.each<[string, Environment]>([
    ['OTEL_TRACES_EXPORTER', { OTEL_TRACES_EXPORTER: 'zipkin' }],
    ['OTEL_METRICS_EXPORTER', { OTEL_METRICS_EXPORTER: 'console' }],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317' }],
    ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'collector' }],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', { ...ENDPOINT, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }],
    ['OTEL_EXPORTER_OTLP_METRICS_PROTOCOL', { ...ENDPOINT, OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'grpc' }],
    ['OTEL_EXPORTER_OTLP_COMPRESSION', { ...ENDPOINT, OTEL_EXPORTER_OTLP_COMPRESSION: 'br' }],
    ['OTEL_EXPORTER_OTLP_TIMEOUT', { ...ENDPOINT, OTEL_EXPORTER_OTLP_TIMEOUT: '10s' }],
    ['OTEL_EXPORTER_OTLP_HEADERS', { ...ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS: 'S3CRET' }],
    ['OTEL_EXPORTER_OTLP_HEADERS', { ...ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS: 'a=S3CRET%0D%0Ab: c' }],
    ['OTEL_EXPORTER_OTLP_HEADERS', { ...ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS: 'a=S3CRET%zz' }],
    ['OTEL_EXPORTER_OTLP_HEADERS', { ...ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS: 'a b=S3CRET' }],
    ['OTEL_EXPORTER_OTLP_HEADERS', { ...ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS: '=S3CRET' }],
    ['OTEL_RESOURCE_ATTRIBUTES', { ...ENDPOINT, OTEL_RESOURCE_ATTRIBUTES: 'a=b=c,__proto__=S3CRET' }],
    ['OTEL_TRACES_SAMPLER', { ...ENDPOINT, OTEL_TRACES_SAMPLER: 'jaeger_remote' }],
    ['OTEL_TRACES_SAMPLER_ARG', { ...ENDPOINT, OTEL_TRACES_SAMPLER_ARG: '1.5' }],
    ['OTEL_BSP_MAX_QUEUE_SIZE', { ...ENDPOINT, OTEL_BSP_MAX_QUEUE_SIZE: '0' }],
    ['OTEL_METRIC_EXPORT_INTERVAL', { ...ENDPOINT, OTEL_METRIC_EXPORT_INTERVAL: '1' }],
    ['OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE', { ...ENDPOINT, OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: '/c.pem' }],
  ])('that is set wrongly is told in a sentence: %s', (name, env) => {
    const problems = problemsOf(env);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^${name} .*\\.$`));
    expect(problems[0]).not.toContain('S3CRET');
    expect(parseAdministrationConfig(env, noFile)).toEqual({ ok: false, problems });
  });

  it('that is off is not read: what others set for other programs stops nothing', () => {
    const others = {
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_TRACES_SAMPLER: 'jaeger_remote',
      OTEL_PROPAGATORS: 'b3',
    };
    expect(problemsOf(others)).toEqual([]);
    expect(problemsOf({ ...ENDPOINT, ...others, OTEL_SDK_DISABLED: 'true' })).toEqual([]);
  });
});
