import { describe, expect, it } from '@jest/globals';
import { decodeTraceId } from '../../../src/platform/http/request-id.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = 'b7ad6b7169203331';

describe('traceparent', () => {
  it.each([`00-${traceId}-${spanId}-01`, `00-${traceId}-${spanId}-00`, `cc-${traceId}-${spanId}-01-what-comes`])(
    'tells the trace: %s',
    (header) => {
      expect(decodeTraceId(header)).toBe(traceId);
    },
  );

  it.each([
    undefined,
    '',
    `ff-${traceId}-${spanId}-01`,
    `00-${traceId.toUpperCase()}-${spanId}-01`,
    `00-${'0'.repeat(32)}-${spanId}-01`,
    `00-${traceId}-${'0'.repeat(16)}-01`,
    `00-${traceId}-${spanId}`,
    `00-${traceId}x-${spanId}-01`,
  ])('is ignored when malformed: %s', (header) => {
    expect(decodeTraceId(header)).toBeUndefined();
  });
});
