import { createReadTimestamp } from '../core/audit/read-timestamp.ts';
import { createTimestamper, loadTimestampState } from '../features/audit/timestamper.ts';
import { nodeCrypto } from '../platform/crypto.ts';
import { createHttpClient } from '../platform/http-client/http-client.ts';
import { inJob } from '../platform/telemetry/current-work.ts';
import { traceHttpClient } from '../platform/telemetry/traced-http-client.ts';
import { createWakeUp, type WakeUp } from '../platform/wake-up.ts';
import type { Foundation } from './foundation.ts';
import { openTimestampAuthority } from './gateways.ts';
import type { Surroundings } from './surroundings.ts';

const EVERY_MINUTE = '* * * * *';

/** Has the seals of the audit trail timestamped; undefined where nobody stamps the time. */
export function openSealTimestamps(surroundings: Surroundings, foundation: Foundation): WakeUp | undefined {
  const { config, database, clock, log, metrics } = foundation;
  if (surroundings.tsa === undefined) return undefined;
  const { plan, ends } = config.sealTimestamps;
  const httpClient = traceHttpClient(createHttpClient());
  const authority = openTimestampAuthority(surroundings, { ...foundation, httpClient });
  if (authority === undefined) return undefined;
  const read = createReadTimestamp(surroundings.tsa.trusted, nodeCrypto);
  const timestamper = createTimestamper({ ...{ database, authority, read, plan, ends, clock, log } });
  metrics.sealTimestamps(() => loadTimestampState(database, ends, clock));
  const work = async () => {
    await inJob('audit.timestamp', async (add) => {
      const outcome = await timestamper.run();
      add({ outcome });
      return outcome === 'taken' || outcome === 'failed';
    });
  };
  const wakeUp = createWakeUp({ cron: EVERY_MINUTE, work, failed: 'audit.timestamp-failed', log });
  return {
    start: wakeUp.start,
    async stop() {
      httpClient.giveUp(); // its own client: a service that stops does not wait for the authority
      await wakeUp.stop();
      httpClient.close();
    },
  };
}
