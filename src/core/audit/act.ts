/** Every act that has a line in the audit trail: a closed set, sorted. A refused act has the name of what was asked for. */
export const AUDIT_ACTS = [
  'audit-key.create',
  'audit.list',
  'audit.prune',
  'audit-seals.list',
  'challenge.issue',
  'client.create',
  'request.refuse',
  'tenant.create',
  'tenant.policy',
  'verification.list',
  'verification.perform',
  'verification.read',
] as const;

export type AuditAct = (typeof AUDIT_ACTS)[number];
