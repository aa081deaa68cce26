import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { listenOn } from './listening.ts';

export interface Export {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Unpacked. */
  readonly body: Buffer;
}

type Value = { readonly stringValue?: string; readonly intValue?: number; readonly doubleValue?: number };
interface Attribute {
  readonly key: string;
  readonly value: Value;
}

/** A span as OTLP/JSON has it, its attributes as a record. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly status: { readonly code: number; readonly message?: string };
  readonly attributes: Readonly<Record<string, unknown>>;
}

interface Point {
  readonly attributes: readonly Attribute[];
  readonly asDouble?: number;
  readonly count?: number;
  readonly sum?: number;
  readonly bucketCounts?: readonly number[];
  readonly explicitBounds?: readonly number[];
  readonly startTimeUnixNano: string;
}

export interface ReceivedMetric {
  readonly name: string;
  readonly description: string;
  readonly sum?: {
    readonly isMonotonic: boolean;
    readonly aggregationTemporality: number;
    readonly dataPoints: Point[];
  };
  readonly gauge?: { readonly dataPoints: Point[] };
  readonly histogram?: { readonly aggregationTemporality: number; readonly dataPoints: Point[] };
}

export interface Collector {
  readonly url: string;
  readonly exports: Export[];
  /** How the next requests are answered. */
  answer: (response: ServerResponse) => unknown;
  readonly spans: () => readonly ReceivedSpan[];
  /** Of the last export. */
  readonly metrics: () => readonly ReceivedMetric[];
  readonly resource: () => Readonly<Record<string, unknown>>;
  /** Breaks every connection off. */
  readonly drop: () => void;
  readonly close: () => Promise<void>;
}

const take = (response: ServerResponse) => response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
export const refuse = (response: ServerResponse) => response.writeHead(503).end('away');
export const stall = () => undefined;

/** An OTLP collector on the loopback that keeps what it is sent; spans and metrics are read where they came as JSON. */
export async function startCollector(): Promise<Collector> {
  const exports: Export[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const received = Buffer.concat(chunks);
      const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(received) : received;
      exports.push({ path: request.url ?? '', headers: request.headers, body });
      collector.answer(response);
    });
  });
  const port = await listenOn(server, 0);
  const bodies = (path: string) =>
    exports.filter((one) => one.path === path).map(({ body }) => JSON.parse(body.toString('utf8')));
  const collector: Collector = {
    url: `http://127.0.0.1:${port}`,
    exports,
    answer: take,
    spans: () =>
      bodies('/v1/traces').flatMap(({ resourceSpans }) =>
        resourceSpans.flatMap(
          ({ scopeSpans }: { scopeSpans: { spans: (ReceivedSpan & { attributes: Attribute[] })[] }[] }) =>
            scopeSpans.flatMap(({ spans }) =>
              spans.map((span) => ({ ...span, attributes: recordOf(span.attributes) })),
            ),
        ),
      ),
    metrics: () => bodies('/v1/metrics').at(-1)?.resourceMetrics[0].scopeMetrics.at(-1).metrics ?? [],
    resource: () => recordOf(bodies('/v1/traces')[0]?.resourceSpans[0].resource.attributes ?? []),
    drop: () => server.closeAllConnections(),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return collector;
}

export const recordOf = (attributes: readonly Attribute[]): Readonly<Record<string, unknown>> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
