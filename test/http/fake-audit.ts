import type { AuditUseCases } from '../../src/features/audit/routes.ts';

async function* nothing(): AsyncGenerator<string> {}

export const fakeAudit: AuditUseCases = {
  list: async () => ({ ok: true, value: { items: [], nextCursor: null } }),
  export: async () => ({ ok: true, value: nothing() }),
  seals: async () => ({ ok: true, value: { items: [], keys: [], nextAfter: null } }),
};
