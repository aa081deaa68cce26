import type { TimestampAuthority } from '../../gateway/timestamp/timestamp-authority.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import type { Vault } from '../../platform/vault/vault.ts';
import { appendAuditLine, lineOf, proveAct, type SealKeys } from '../audit/service.ts';
import { problem, type ServiceResult } from '../service-result.ts';
import type { Caller } from '../tenants/caller.ts';
import { loadEvidence } from '../verification/service.ts';
import { buildPackage } from './build-package.ts';
import { describeProofs } from './describe-proofs.ts';
import { createStamp } from './stamp-manifest.ts';

export interface EvidenceService {
  /** A ZIP. */
  export(caller: Caller, verificationId: string, requestId: string): Promise<ServiceResult<Buffer>>;
}

export function createEvidenceService(parts: {
  readonly database: Database;
  readonly vault: Vault;
  readonly sealKeys: Pick<SealKeys, 'signer'>;
  /** Undefined: nobody stamps the time. */
  readonly authority: TimestampAuthority | undefined;
  readonly clock: Clock;
}): EvidenceService {
  const { database, vault, sealKeys, clock } = parts;
  return {
    async export(caller, verificationId, requestId) {
      const { tenantId, tenantRole } = caller;
      const now = clock.now();
      const sealed = await vault.open(tenantId);
      const signer = await sealKeys.signer(now);
      const gathered = await database.inTenant(tenantId, async (trx) => {
        const evidence = await loadEvidence(trx, sealed, caller, verificationId);
        if (evidence === undefined) return undefined;
        const act = { act: 'verification.perform', target: verificationId, at: evidence.verifiedAt } as const;
        return { evidence, audit: describeProofs(await proveAct(trx, tenantId, act)) };
      });
      if (gathered === undefined) return problem('verification-not-found');
      const kind = tenantRole === 'service-provider' ? 'service-provider' : 'full';
      const stamp = createStamp(parts, { tenantId, verificationId });
      const { octets } = await buildPackage({ kind, ...gathered }, signer, stamp);
      // last of all: the line says that it was given out, and without the line it is not
      const line = lineOf(caller, { at: now, requestId }, 'evidence.export', verificationId);
      await database.inTenant(tenantId, (trx) => appendAuditLine(trx, line));
      return { ok: true, value: octets };
    },
  };
}
