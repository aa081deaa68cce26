import { AsyncLocalStorage } from 'node:async_hooks';
import type { JobName, OpenSpan, SpanFacts, SpanName } from './span.ts';
import { decodeTraceparent, encodeTraceparent, type TraceContext } from './trace-context.ts';

/** What the log says of whatever is done for a request. */
export interface WorkIds {
  readonly requestId: string | undefined;
  readonly traceId: string | undefined;
  /** Known once the caller is. */
  tenantId: string | undefined;
  /** What a request left behind (a connection, a timer) is no longer its work. */
  isOver: boolean;
}

/** Where spans begin; there is none unless telemetry is asked for. */
export interface Tracer {
  startRequest(caller: TraceContext | undefined): OpenSpan;
  startJob(name: JobName): OpenSpan;
}

export interface CurrentWork {
  readonly ids: WorkIds;
  /** For own parties that are asked meanwhile: of our span, or the caller's as it came. */
  readonly traceparent: string | undefined;
  readonly tracer: Tracer | undefined;
  readonly span: OpenSpan | undefined;
}

const storage = new AsyncLocalStorage<CurrentWork>();

/** The work that the running code is part of, however many promises and callbacks down. */
export const currentWork = (): CurrentWork | undefined => storage.getStore();

export const runInWork = <T>(work: CurrentWork, run: () => T): T => storage.run(work, run);

/** For what goes on beside all work, whoever happened to set it off. */
export const runOutside = <T>(run: () => T): T => storage.run(undefined as unknown as CurrentWork, run);

/** The work for one request; `traceparent` is its header. */
export function beginRequest(
  tracer: Tracer | undefined,
  requestId: string,
  traceparent: string | undefined,
): CurrentWork {
  const caller = decodeTraceparent(traceparent);
  const span = tracer?.startRequest(caller);
  return {
    ids: { requestId, traceId: span?.traceId ?? caller?.traceId, tenantId: undefined, isOver: false },
    traceparent: span?.traceparent ?? (caller && encodeTraceparent(caller)),
    tracer,
    span,
  };
}

/** Timers that are set within `run` find the tracer, and the jobs that they start become traces of their own. */
export function withTracer<T>(tracer: Tracer | undefined, run: () => T): T {
  if (tracer === undefined) return run();
  return storage.run({ ids: noIds(undefined), traceparent: undefined, tracer, span: undefined }, run);
}

const noIds = (traceId: string | undefined): WorkIds => ({
  requestId: undefined,
  traceId,
  tenantId: undefined,
  isOver: false,
});

export type AddFacts = (facts: SpanFacts) => void;
const addNowhere: AddFacts = () => undefined;

/** A part of the current work as a span of its own, ended with what it gives; without telemetry the part alone. */
export function withSpan<T>(name: SpanName, facts: SpanFacts, part: (add: AddFacts) => T): T {
  const current = storage.getStore();
  if (current?.span === undefined) return part(addNowhere);
  const span = current.span.startChild(name, facts);
  return runToEnd({ ...current, traceparent: span.traceparent, span }, span, part);
}

/** Background work as a trace of its own. A round that gives `false` and asked nobody had nothing to do, and is not told. */
export function inJob<T>(name: JobName, job: (add: AddFacts) => Promise<T>): Promise<T> {
  const tracer = storage.getStore()?.tracer;
  if (tracer === undefined) return job(addNowhere);
  const span = tracer.startJob(name);
  const work = { ids: noIds(span.traceId), traceparent: span.traceparent, tracer, span };
  return runToEnd(work, span, job, (result) => result !== false);
}

function runToEnd<T>(
  work: CurrentWork,
  span: OpenSpan,
  part: (add: AddFacts) => T,
  isTold: (result: unknown) => boolean = () => true,
): T {
  const end = (result: unknown) => {
    if (isTold(result) || span.hasParts()) span.end();
  };
  const fail = (error: unknown): never => {
    span.end(typeOf(error));
    throw error;
  };
  let result: T;
  try {
    result = storage.run(work, part, (facts: SpanFacts) => span.add(facts));
  } catch (error) {
    return fail(error);
  }
  if (result instanceof Promise) {
    return result.then((value) => {
      end(value);
      return value;
    }, fail) as T;
  }
  end(result);
  return result;
}

const TYPE = /^[A-Za-z0-9_]{1,64}$/;

/** Its code or its name, never its message. */
function typeOf(error: unknown): string {
  const { code, name } = error instanceof Error ? (error as Error & { code?: unknown }) : { code: undefined, name: '' };
  return [code, name].find((word): word is string => typeof word === 'string' && TYPE.test(word)) ?? 'Error';
}
