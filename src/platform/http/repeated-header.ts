import type { IncomingMessage } from 'node:http';

/**
 * Of each of these a message has one. RFC 9112 §3.2 has two hosts refused; of the others Node takes the first and passes the
 * second over, where a proxy before us may have gone by that.
 */
const ONCE: readonly string[] = ['host', 'authorization', 'content-type'];
const LENGTHS: ReadonlySet<number> = new Set(ONCE.map(({ length }) => length));

/** Does one of them stand in it twice? */
export function repeatsHeader({ rawHeaders }: Pick<IncomingMessage, 'rawHeaders'>): boolean {
  const seen: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const given = rawHeaders[at] as string;
    if (!LENGTHS.has(given.length)) continue;
    const name = given.toLowerCase();
    if (!ONCE.includes(name)) continue;
    if (seen.includes(name)) return true;
    seen.push(name);
  }
  return false;
}
