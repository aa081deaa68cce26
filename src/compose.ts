import { startBackground } from './compose/background.ts';
import { layFoundation } from './compose/foundation.ts';
import { openRevocation, openTimestampAuthority } from './compose/gateways.ts';
import { listen } from './compose/listen.ts';
import type { Parts } from './compose/parts.ts';
import { loadProductionSurroundings } from './compose/production-surroundings.ts';
import { startSandboxSurroundings } from './compose/sandbox-surroundings.ts';
import { createServices } from './compose/services.ts';
import type { Surroundings } from './compose/surroundings.ts';
import type { Config } from './config.ts';
import { loadSandboxClient } from './features/tenants/sandbox-client.ts';
import { Stops } from './platform/stops.ts';

export interface RunningService {
  readonly url: string;
  readonly sandbox: { readonly url: string; readonly apiKey: string } | undefined;
  /** Sentences for whoever started it. */
  readonly notes: readonly string[];
  /** Answers what is in flight, then stops everything that was started; below five seconds. */
  stop(): Promise<void>;
}

/** Starts everything; when something fails, what was started is stopped again. */
export async function startService(config: Config, parts: Parts): Promise<RunningService> {
  const stops = new Stops();
  try {
    const surroundings =
      config.mode === 'sandbox'
        ? await startSandboxSurroundings(config, parts, stops)
        : await loadProductionSurroundings(config, parts);
    return await startOn(surroundings, config, parts, stops);
  } catch (error) {
    await stops.run();
    throw error;
  }
}

async function startOn(
  surroundings: Surroundings,
  config: Config,
  parts: Parts,
  stops: Stops,
): Promise<RunningService> {
  const { anchors, sandboxUrl, databaseUrl, notes } = surroundings;
  const foundation = await layFoundation(databaseUrl, config, parts, stops);
  const revocation = await openRevocation(surroundings, foundation);
  const authority = openTimestampAuthority(surroundings, foundation);
  const services = createServices(foundation, surroundings, { gateway: revocation.gateway, authority });
  const sandbox =
    sandboxUrl === undefined
      ? undefined
      : { url: sandboxUrl, apiKey: await loadSandboxClient(services.tenants, config.dataDir) };
  const { refusals } = startBackground(surroundings, foundation, services, stops);
  const { url } = await listen(foundation, { services, refusals, revocation }, stops);
  parts.log.info('service.started', { mode: config.mode, anchors: anchors.certificates.length });
  return { url, sandbox, notes, stop: () => stops.run() };
}
