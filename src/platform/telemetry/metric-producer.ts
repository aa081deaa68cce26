import { type HrTime, ValueType } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  DataPointType,
  type MetricData,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics';
import type { MetricSnapshot } from '../metrics.ts';

/** What /metrics shows, under the same names and with the same labels, as OpenTelemetry has it: totals since the start. */
export function createMetricProducer(
  resource: Resource,
  read: () => Promise<readonly MetricSnapshot[]>,
  nowMs: () => number = Date.now,
): MetricProducer {
  const startTime = toHrTime(nowMs());
  return {
    async collect() {
      const snapshots = await read();
      const time = { startTime, endTime: toHrTime(nowMs()) };
      const metrics = snapshots.flatMap((snapshot) => buildMetric(snapshot, time));
      return {
        resourceMetrics: { resource, scopeMetrics: [{ scope: { name: 'jpki-verifier' }, metrics }] },
        errors: [],
      };
    },
  };
}

interface Times {
  readonly startTime: HrTime;
  readonly endTime: HrTime;
}

const toHrTime = (ms: number): HrTime => [Math.floor(ms / 1000), Math.floor((ms % 1000) * 1_000_000)];

function buildMetric({ name, help, type, values }: MetricSnapshot, times: Times): readonly MetricData[] {
  const common = {
    descriptor: { name, description: help, unit: name.endsWith('_seconds') ? 's' : '', valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  };
  const points = () => values.map(({ labels, value }) => ({ ...times, attributes: labels, value }));
  switch (type) {
    case 'counter':
      return [{ ...common, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints: points() }];
    case 'gauge':
      return [{ ...common, dataPointType: DataPointType.GAUGE, dataPoints: points() }];
    case 'histogram':
      return [{ ...common, dataPointType: DataPointType.HISTOGRAM, dataPoints: buildHistograms(values, times) }];
    default:
      return []; // a summary: there is none
  }
}

interface Buckets {
  readonly attributes: Record<string, string | number>;
  readonly boundaries: number[];
  /** Of each bucket and all below it, as Prometheus counts; the last one has no boundary. */
  readonly totals: number[];
  sum: number;
}

/** Prometheus has a line for each bucket, then `_sum` and `_count`, label set by label set. */
function buildHistograms(values: MetricSnapshot['values'], times: Times) {
  const series = new Map<string, Buckets>();
  for (const { labels, metricName = '', value } of values) {
    const { le, ...attributes } = labels;
    const key = JSON.stringify(Object.entries(attributes).sort());
    const found = series.get(key) ?? { attributes, boundaries: [], totals: [], sum: 0 };
    series.set(key, found);
    if (metricName.endsWith('_sum')) found.sum = value;
    if (le === undefined) continue;
    found.totals.push(value);
    if (le !== '+Inf') found.boundaries.push(Number(le));
  }
  return [...series.values()].map(({ attributes, boundaries, totals, sum }) => ({
    ...times,
    attributes,
    value: {
      buckets: { boundaries, counts: totals.map((total, at) => total - (totals[at - 1] ?? 0)) },
      count: totals.at(-1) ?? 0,
      sum,
    },
  }));
}
