import type { Metrics } from '../metrics.ts';
import type { Routes } from './app.ts';
import { docsPage } from './docs.ts';
import type { Contract } from './document.ts';

/** Can requests be answered? `body` is the Readiness of openapi.yaml. */
export type Readiness = () => Promise<{ readonly ready: boolean; readonly body: object }>;

/** Ready while the database answers; what `describe` adds about the gateway never makes it unready. */
export function createReadiness(isReachable: () => Promise<boolean>, describe: () => object): Readiness {
  return async () => {
    const usable = await isReachable();
    return { ready: usable, body: { status: usable ? 'ready' : 'not-ready', database: { usable }, ...describe() } };
  };
}

/** The operations for who runs the service: open to all, nothing of a tenant or a person in them. */
export function runningRoutes(parts: { contract: Contract; metrics: Metrics; readiness: Readiness }): Routes<unknown> {
  return {
    healthz: async () => ({ status: 200, json: { status: 'alive' } }),
    readyz: async () => {
      const { ready, body } = await parts.readiness();
      return { status: ready ? 200 : 503, json: body };
    },
    metrics: async () => {
      const { contentType, text } = await parts.metrics.render();
      return { status: 200, contentType, text };
    },
    openapi: async () => ({
      status: 200,
      contentType: 'application/yaml; charset=utf-8',
      text: parts.contract.text,
    }),
    docs: async () => docsPage,
  };
}
