import {
  type Tracer as ApiTracer,
  type Attributes,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';
import type { Tracer } from './current-work.ts';
import { ATTRIBUTES, type OpenSpan, type SpanFacts, type SpanName } from './span.ts';
import type { TraceSettings } from './telemetry-settings.ts';
import { encodeTraceparent, type TraceContext } from './trace-context.ts';

/** Ours, by the SDK's. `tracestate` and `baggage` are not taken from a caller: they hold whatever was put in. */
export function createTracer(tracer: ApiTracer): Tracer {
  return {
    startRequest: (caller) => openSpan(tracer, tracer.startSpan('HTTP', { kind: SpanKind.SERVER }, contextOf(caller))),
    startJob: (name) => openSpan(tracer, tracer.startSpan(name, {}, ROOT_CONTEXT)),
  };
}

function contextOf(caller: TraceContext | undefined) {
  if (caller === undefined) return ROOT_CONTEXT;
  const { traceId, spanId, isSampled } = caller;
  const traceFlags = isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
}

function openSpan(tracer: ApiTracer, span: Span): OpenSpan {
  const { traceId, spanId, traceFlags } = span.spanContext();
  const traceparent = encodeTraceparent({ traceId, spanId, isSampled: (traceFlags & TraceFlags.SAMPLED) !== 0 });
  // what is not told has no parts that are
  if (!span.isRecording()) return quietSpan(traceId, traceparent);
  const context = trace.setSpan(ROOT_CONTEXT, span);
  let hasParts = false;
  return {
    traceId,
    traceparent,
    startChild(name, facts) {
      hasParts = true;
      return openSpan(tracer, tracer.startSpan(name, { kind: kindOf(name), attributes: attributesOf(facts) }, context));
    },
    hasParts: () => hasParts,
    add: (facts) => void span.setAttributes(attributesOf(facts)),
    rename: (name) => void span.updateName(name),
    end(failure) {
      if (failure !== undefined) {
        span.setAttribute(ATTRIBUTES.failure, failure);
        span.setStatus({ code: SpanStatusCode.ERROR });
      }
      span.end();
    },
  };
}

function quietSpan(traceId: string, traceparent: string): OpenSpan {
  const none = () => undefined;
  const quiet: OpenSpan = {
    traceId,
    traceparent,
    startChild: () => quiet,
    hasParts: () => false,
    add: none,
    rename: none,
    end: none,
  };
  return quiet;
}

const kindOf = (name: SpanName) => (name === 'GET' || name === 'POST' ? SpanKind.CLIENT : SpanKind.INTERNAL);

function attributesOf(facts: SpanFacts): Attributes {
  const attributes: Attributes = {};
  for (const fact in facts) {
    const value = facts[fact as keyof SpanFacts];
    if (value !== undefined && value !== null) attributes[ATTRIBUTES[fact as keyof SpanFacts]] = value;
  }
  return attributes;
}

export function createSampler({ sampler, ratio }: TraceSettings): Sampler {
  switch (sampler) {
    case 'always_on':
      return new AlwaysOnSampler();
    case 'always_off':
      return new AlwaysOffSampler();
    case 'traceidratio':
      return new TraceIdRatioBasedSampler(ratio);
    case 'parentbased_always_on':
      return new ParentBasedSampler({ root: new AlwaysOnSampler() });
    case 'parentbased_always_off':
      return new ParentBasedSampler({ root: new AlwaysOffSampler() });
    case 'parentbased_traceidratio':
      return new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) });
  }
}
