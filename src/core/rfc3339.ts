import type { Instant } from './instant.ts';

/** RFC 3339 in UTC with `Z`; a fraction only where there is one, so that times of whole seconds read as they are encoded. */
export function formatInstant(instant: Instant): string {
  const text = new Date(instant).toISOString();
  return instant % 1000 === 0 ? `${text.slice(0, -'.000Z'.length)}Z` : text;
}
