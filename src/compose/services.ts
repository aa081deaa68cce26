import { auditRoutes } from '../features/audit/routes.ts';
import { createAuditService, createSealKeys, type SealKeys } from '../features/audit/service.ts';
import { challengeRoutes } from '../features/challenges/routes.ts';
import { createChallengeService } from '../features/challenges/service.ts';
import { evidenceRoutes } from '../features/evidence/routes.ts';
import { createEvidenceService } from '../features/evidence/service.ts';
import { retentionRoutes } from '../features/retention/routes.ts';
import { createRetentionService } from '../features/retention/service.ts';
import { subjectRoutes } from '../features/subjects/routes.ts';
import { createSubjectService } from '../features/subjects/service.ts';
import { createAdmin } from '../features/tenants/admin.ts';
import type { Caller } from '../features/tenants/caller.ts';
import { adminRoutes } from '../features/tenants/routes.ts';
import { createTenantService, type TenantService } from '../features/tenants/service.ts';
import { verificationRoutes } from '../features/verification/routes.ts';
import { createVerificationService } from '../features/verification/service.ts';
import type { RevocationGateway } from '../gateway/jlis/gather-revocation.ts';
import type { TimestampAuthority } from '../gateway/timestamp/timestamp-authority.ts';
import { nodeCrypto } from '../platform/crypto.ts';
import type { Routes } from '../platform/http/app.ts';
import type { Foundation } from './foundation.ts';
import type { Surroundings } from './surroundings.ts';

export interface Services {
  readonly tenants: TenantService;
  readonly sealKeys: SealKeys;
  /** Of every operation that is about tenants' business. */
  readonly routes: Routes<Caller>;
}

/** `authority`: who stamps the time, undefined where nobody is set. */
export interface OutsideParties {
  readonly gateway: RevocationGateway;
  readonly authority: TimestampAuthority | undefined;
}

/** What users do, and its wire format. */
export function createServices(
  foundation: Foundation,
  { anchors, policies }: Surroundings,
  { gateway, authority }: OutsideParties,
): Services {
  const { config, database, vault, clock, metrics } = foundation;
  const { ends } = config.sealTimestamps;
  const { backupDays } = config.keyStore;
  const tenants = createTenantService({ database, hashes: vault.hashes, clock, mode: config.mode });
  const sealKeys = createSealKeys(database, vault.deployment);
  const audit = createAuditService({ database, clock });
  metrics.waitingAuditLines(audit.waiting);
  const verifications = createVerificationService({
    ...foundation,
    ...{ gateway, anchors, policies },
    crypto: nodeCrypto,
    clockSkewSeconds: config.revocation.clockSkewSeconds,
    undividedCaKeys: config.revocation.undividedCaKeys,
  });
  const routes = {
    ...challengeRoutes(createChallengeService({ database, vault, clock })),
    ...verificationRoutes(verifications),
    ...adminRoutes(createAdmin(tenants)),
    ...auditRoutes(audit),
    ...retentionRoutes(createRetentionService({ database, vault, clock, backupDays })),
    ...subjectRoutes(createSubjectService({ database, clock, backupDays })),
    ...evidenceRoutes(createEvidenceService({ database, vault, sealKeys, authority, ends, clock })),
  };
  return { tenants, sealKeys, routes };
}
