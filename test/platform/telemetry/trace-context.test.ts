import { describe, expect, it } from '@jest/globals';
import { decodeTraceparent, encodeTraceparent } from '../../../src/platform/telemetry/trace-context.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = 'b7ad6b7169203331';

describe('traceparent', () => {
  it.each([
    [`00-${traceId}-${spanId}-01`, true],
    [`00-${traceId}-${spanId}-00`, false],
    [`00-${traceId}-${spanId}-03`, true],
    [`00-${traceId}-${spanId}-02`, false],
    [`cc-${traceId}-${spanId}-01`, true],
    [`cc-${traceId}-${spanId}-01-what-comes`, true],
  ])('tells the trace, the span and whether it is sampled: %s', (header, isSampled) => {
    expect(decodeTraceparent(header)).toEqual({ traceId, spanId, isSampled });
  });

  it.each([
    undefined,
    '',
    `ff-${traceId}-${spanId}-01`,
    `00-${traceId.toUpperCase()}-${spanId}-01`,
    `00-${'0'.repeat(32)}-${spanId}-01`,
    `00-${traceId}-${'0'.repeat(16)}-01`,
    `00-${traceId}-${spanId}`,
    `00-${traceId}-${spanId}-1`,
    `00-${traceId}-${spanId}-01-more`,
    `00-${traceId}-${spanId}-01, 00-${traceId}-${spanId}-01`,
    `00-${traceId}x-${spanId}-01`,
  ])('is ignored when malformed: %s', (header) => {
    expect(decodeTraceparent(header)).toBeUndefined();
  });

  it.each([true, false])('is written as it is read, sampled: %s', (isSampled) => {
    const context = { traceId, spanId, isSampled };
    expect(decodeTraceparent(encodeTraceparent(context))).toEqual(context);
  });
});
