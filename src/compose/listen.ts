import { readFile } from 'node:fs/promises';
import type { Refusals } from '../features/audit/refusals.ts';
import { lineOfRefused } from '../features/audit/refused-act.ts';
import { createAuthenticate } from '../features/authenticate.ts';
import { RIGHTS } from '../features/rights.ts';
import { createLeaseSource } from '../features/tenants/lease-store.ts';
import { createApp } from '../platform/http/app.ts';
import { mountDocsAssets } from '../platform/http/docs.ts';
import { decodeContract } from '../platform/http/document.ts';
import { createPeerReader } from '../platform/http/peer.ts';
import { createRateLimiter } from '../platform/http/rate-limit.ts';
import { createReadiness, runningRoutes } from '../platform/http/running-routes.ts';
import { startServer } from '../platform/http/server.ts';
import type { Stops } from '../platform/stops.ts';
import type { Foundation } from './foundation.ts';
import { type OpenRevocation, openTokens } from './gateways.ts';
import type { Services } from './services.ts';

const REQUEST_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 4_000;
/** After that a stop no longer waits for a responder that stalls: what asked it is answered with TRY_LATER, and recorded. */
const OUTSIDE_PATIENCE_MS = 2_500;

const CONTRACT = new URL('../../openapi.yaml', import.meta.url);

export interface ListenParts {
  readonly services: Services;
  readonly refusals: Refusals;
  readonly revocation: OpenRevocation;
}

/** The HTTP server, from the contract to the socket. */
export async function listen(
  foundation: Foundation,
  { services, refusals, revocation }: ListenParts,
  stops: Stops,
): Promise<{ readonly url: string }> {
  const { config, database, clock, log, metrics, patience, httpClient, tracer } = foundation;
  const contract = decodeContract(await readFile(CONTRACT, 'utf8'));
  metrics.ageOfOldestCrl(() => revocation.describe().oldestCrlAgeSeconds);
  const readiness = createReadiness(
    () => database.isReachable(patience.readinessMs),
    () => ({ mode: config.mode, gateway: revocation.describe().body }),
  );
  const limiter = createRateLimiter(createLeaseSource(database), clock);
  stops.add(() => limiter.close());
  const app = createApp({
    contract,
    routes: { ...runningRoutes({ contract, metrics, readiness }), ...services.routes },
    rights: RIGHTS,
    authenticate: createAuthenticate(services.tenants, openTokens(foundation)),
    limiter,
    readPeer: createPeerReader(config.edge.proxies),
    ...{ clock, log, metrics, tracer },
    refused: (call) => refusals.record(lineOfRefused(call, clock.now())),
    bodyTimeoutMs: patience.bodyMs,
    mount: mountDocsAssets,
  });
  const server = await startServer(app, {
    host: config.host,
    port: config.port,
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
    stopTimeoutMs: STOP_TIMEOUT_MS,
    tls: config.edge.tls,
    log,
  });
  stops.add(async () => {
    const givingUp = setTimeout(() => httpClient.giveUp(), OUTSIDE_PATIENCE_MS);
    await server.stop().finally(() => clearTimeout(givingUp));
  });
  return server;
}
