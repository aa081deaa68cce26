import type { AlgorithmEnds } from '../../core/audit/timestamp-facts.ts';
import { toHex } from '../../core/bytes.ts';
import type { TimestampAuthority } from '../../gateway/timestamp/timestamp-authority.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import type { Vault } from '../../platform/vault/vault.ts';
import { appendAuditLines, lineOf, proveAct, proveBatches, type SealKeys } from '../audit/service.ts';
import { problem, type ServiceResult } from '../service-result.ts';
import type { Caller } from '../tenants/caller.ts';
import { loadEvidence } from '../verification/service.ts';
import { buildPackage } from './build-package.ts';
import { describeProofs, describeTimestamps } from './describe-proofs.ts';
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
  /** Of the algorithms that time stamps rest on. */
  readonly ends: AlgorithmEnds;
  readonly clock: Clock;
}): EvidenceService {
  const { database, vault, sealKeys, ends, clock } = parts;
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
        const proven = await proveAct(trx, tenantId, act);
        const batches = proven.proofs.map(({ seal }) => seal.batch);
        const timestamps = describeTimestamps(await proveBatches(trx, batches, ends));
        return { evidence, audit: describeProofs(proven), timestamps };
      });
      if (gathered === undefined) return problem('verification-not-found');
      const kind = tenantRole === 'service-provider' ? 'service-provider' : 'full';
      const stamp = createStamp(parts, { tenantId, verificationId });
      const { octets, manifestSha256 } = await buildPackage({ kind, ...gathered }, signer, stamp);
      // last of all: the lines say that it was given out, and which, and without them it is not
      const about = { at: now, requestId };
      const lines = [
        lineOf(caller, about, 'evidence.export', verificationId),
        lineOf(caller, about, 'evidence.manifest', toHex(manifestSha256)),
      ];
      await database.inTenant(tenantId, (trx) => appendAuditLines(trx, lines));
      return { ok: true, value: octets };
    },
  };
}
