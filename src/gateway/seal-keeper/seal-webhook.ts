import { createHash } from 'node:crypto';
import type { HttpClient } from '../../platform/http-client/http-client.ts';
import type { SealKeeper } from './seal-keeper.ts';
import { encodeSealLine } from './seal-lines.ts';

const TIMEOUT_MS = 5_000;
const MOST_OCTETS = 65_536;

/**
 * An address that is sent new seals as NDJSON. It takes them by answering 200 with application/json; seals can come twice,
 * after a crash, and are told apart by their batch. The address may hold a secret: it is noted by its hash.
 */
export function createSealWebhook(url: string, httpClient: HttpClient): SealKeeper {
  return {
    destination: `webhook:${createHash('sha256').update(url).digest('hex').slice(0, 32)}`,
    loadLast: null,
    async keep(seals) {
      const outcome = await httpClient.post({
        url,
        body: Buffer.from(seals.map((seal) => `${encodeSealLine(seal)}\n`).join('')),
        contentType: 'application/x-ndjson',
        accept: 'application/json',
        timeoutMs: TIMEOUT_MS,
        maxBytes: MOST_OCTETS,
      });
      return outcome.ok;
    },
  };
}
