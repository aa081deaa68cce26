/** Every act that has a line in the audit trail: a closed set, sorted. A refused act has the name of what was asked for. */
export const AUDIT_ACTS = [
  'audit-key.create',
  'audit.export',
  'audit.list',
  'audit.prove',
  'audit.prune',
  'challenge.issue',
  'client.change',
  'client.create',
  'client.revoke',
  'client.rotate-key',
  'data-key.reencrypt',
  'data-key.rewrap',
  'data-key.rotate',
  'key-encryption-key.create',
  'evidence.export',
  'request.refuse',
  'schema.migrate',
  'tenant.create',
  'tenant.policy-change',
  'tenant.resume',
  'tenant.suspend',
  'verification.list',
  'verification.perform',
  'verification.read',
] as const;

export type AuditAct = (typeof AUDIT_ACTS)[number];
