import { createDelivery } from '../features/audit/delivery.ts';
import { createRefusals, type Refusals } from '../features/audit/refusals.ts';
import { createSealer } from '../features/audit/sealer.ts';
import type { SealKeys } from '../features/audit/service.ts';
import { createSweeps } from '../features/jobs/service.ts';
import { createRotationSchedule } from '../features/keys/schedule.ts';
import { createRetentionSchedule } from '../features/retention/schedule.ts';
import type { TenantService } from '../features/tenants/service.ts';
import type { Stops } from '../platform/stops.ts';
import { withTracer } from '../platform/telemetry/current-work.ts';
import type { Foundation } from './foundation.ts';
import { openSealKeepers } from './gateways.ts';
import { openSealTimestamps } from './seal-timestamps.ts';
import type { Surroundings } from './surroundings.ts';

export interface BackgroundParts {
  readonly tenants: TenantService;
  readonly sealKeys: SealKeys;
}

/** Work that nobody waits for. Stopped in reverse order: the sealer last, so that every line is sealed. */
export function startBackground(
  surroundings: Surroundings,
  foundation: Foundation,
  { tenants, sealKeys }: BackgroundParts,
  stops: Stops,
): { readonly refusals: Refusals } {
  const { database, vault, clock, log, config } = foundation;
  const { auditRetentionYears, keyStore } = config;
  const terms = { auditRetentionYears, backupDays: keyStore.backupDays };
  const deliver = createDelivery({ database, keepers: openSealKeepers(foundation), clock, log });
  const refusals = createRefusals({ database, clock, log });
  const timestamps = openSealTimestamps(surroundings, foundation);
  const works = [
    createSealer({ database, keys: sealKeys, clock, log, deliver }),
    refusals,
    createSweeps({ database, clock, log }),
    createRetentionSchedule({ database, tenants, clock, log, ...terms }),
    createRotationSchedule({ database, vault, clock, log }),
    ...(timestamps === undefined ? [] : [timestamps]),
  ];
  for (const work of works) {
    withTracer(foundation.tracer, () => work.start());
    stops.add(() => work.stop());
  }
  return { refusals };
}
