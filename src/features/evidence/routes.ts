import type { Routes } from '../../platform/http/app.ts';
import { fileWith } from '../../platform/http/reply.ts';
import { callerOf } from '../caller-of-call.ts';
import type { Caller } from '../tenants/caller.ts';
import type { EvidenceService } from './service.ts';

/** GET /jpki/verifications/{id}/evidence. Requests have the documented shape when they arrive here. */
export function evidenceRoutes(evidence: EvidenceService): Routes<Caller> {
  return {
    exportEvidence: async (call) => {
      const id = call.path.id as string;
      const exported = await evidence.export(callerOf(call), id, call.requestId);
      return fileWith(200, 'application/zip', `${id}.zip`, exported);
    },
  };
}
