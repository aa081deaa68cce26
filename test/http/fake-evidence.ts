import type { EvidenceService } from '../../src/features/evidence/service.ts';

export const fakeEvidence: EvidenceService = {
  export: async () => ({ ok: true, value: Buffer.from('a ZIP') }),
};
