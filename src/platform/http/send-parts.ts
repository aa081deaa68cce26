import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

/**
 * Sends a body part by part, as fast as the client takes it: never more than one part waits in memory. Ends quietly when the
 * client goes away. When a part cannot be had, the body is broken off, so that nobody takes what came for the whole.
 */
export async function sendParts(
  response: ServerResponse,
  contentType: string,
  parts: AsyncIterable<string>,
): Promise<void> {
  response.setHeader('Content-Type', contentType);
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  for await (const part of parts) {
    if (gone.signal.aborted) return;
    if (!response.write(part)) await once(response, 'drain', { signal: gone.signal }).catch(() => undefined);
  }
  response.end();
}
