import { describe, expect, it } from '@jest/globals';
import { MEMORY_CEILING } from '../../../src/cli/judge/case-limits.ts';
import { hasRoomFor, holdProcessBelow } from '../../../src/cli/judge/memory-room.ts';

describe('room for a file or a line', () => {
  it('ends at the ceiling of the whole process, which already holds something', () => {
    expect(hasRoomFor(MEMORY_CEILING)).toBe(true); // in a process that is not the judge's
    holdProcessBelow(MEMORY_CEILING);
    expect(hasRoomFor(MEMORY_CEILING)).toBe(false);
  });
});
