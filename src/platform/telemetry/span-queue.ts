import type { ISerializer } from '@opentelemetry/otlp-transformer';
import { BatchSpanProcessor, type ReadableSpan, type SpanExporter, type SpanProcessor } from '@opentelemetry/sdk-trace';
import type { Post } from './otlp-post.ts';
import type { TraceSettings } from './telemetry-settings.ts';

/** What became of spans: the collector took them, it did not, or too many were waiting. */
export type SpanOutcome = 'exported' | 'export-failed' | 'dropped';

const [TAKEN, NOT_TAKEN] = [{ code: 0 }, { code: 1 }] as const;

/**
 * Spans that wait to be sent, those on their way included: never more than the settings say, whatever the collector does.
 * Each ends in one of the counts.
 */
export function createSpanQueue(
  { mostWaiting, mostInBatch, everyMs, to }: TraceSettings,
  serializer: Pick<ISerializer<ReadableSpan[], unknown>, 'serializeRequest'>,
  post: Post,
  count: (outcome: SpanOutcome, spans: number) => void,
): SpanProcessor {
  let waiting = 0;
  const send = async (spans: ReadableSpan[]) => {
    const body = serializer.serializeRequest(spans);
    return body !== undefined && (await post(body));
  };
  const exporter: SpanExporter = {
    async export(spans, done) {
      const isTaken = await send(spans).catch(() => false);
      waiting -= spans.length;
      count(isTaken ? 'exported' : 'export-failed', spans.length);
      done(isTaken ? TAKEN : NOT_TAKEN);
    },
    shutdown: async () => undefined,
  };
  const batches = new BatchSpanProcessor({
    exporter,
    maxQueueSize: mostWaiting,
    maxExportBatchSize: mostInBatch,
    scheduledDelayMillis: everyMs,
    exportTimeoutMillis: to.timeoutMs * 2,
  });
  return {
    onStart: () => undefined,
    onEnd(span) {
      if ((span.spanContext().traceFlags & 1) === 0) return;
      if (waiting >= mostWaiting) {
        count('dropped', 1);
        return;
      }
      waiting += 1;
      batches.onEnd(span);
    },
    forceFlush: () => batches.forceFlush(),
    shutdown: () => batches.shutdown(),
  };
}
