import type { Instant } from './instant.ts';

/** RFC 3339 in UTC with `Z`; a fraction only where there is one, so that times of whole seconds read as they are encoded. */
export function formatInstant(instant: Instant): string {
  return new Date(instant).toISOString().replace('.000Z', 'Z');
}
