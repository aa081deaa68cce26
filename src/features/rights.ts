import type { Right } from '../platform/http/authentication.ts';
import type { Scope, TenantRole } from './tenants/caller.ts';

interface OperationRight extends NonNullable<Right> {
  readonly scope: Scope;
  readonly roles: readonly TenantRole[];
}

/** Who verifies people. */
const VERIFYING: readonly TenantRole[] = ['verifier', 'service-provider'];
/** Who runs the deployment. */
const OPERATING: readonly TenantRole[] = ['operator'];
const ALL: readonly TenantRole[] = [...VERIFYING, ...OPERATING];

const verifying = (scope: Scope): OperationRight => ({ scope, roles: VERIFYING });
/** Of a tenant's own administrator within the tenant, of an operator's in every one. */
const ADMIN: OperationRight = { scope: 'admin', roles: ALL };
/** Each tenant's own lines. */
const AUDITING: OperationRight = { scope: 'reports:export', roles: ALL };
const OPERATOR: OperationRight = { scope: 'admin', roles: OPERATING };

/**
 * Which scope an operation asks for, and of which roles its tenant may be. openapi.yaml says the same under `security` and
 * `x-roles`, and a test holds both together; null: open to all.
 */
export const RIGHTS: Readonly<Record<string, OperationRight | null>> = {
  issueChallenge: verifying('verify'),
  verify: verifying('verify'),
  listVerifications: verifying('verify'),
  readVerification: verifying('verify'),
  exportEvidence: verifying('reports:export'),
  deleteVerification: verifying('subjects:write'),
  listSubjects: verifying('subjects:read'),
  readSubject: verifying('subjects:read'),
  endRelation: verifying('subjects:write'),
  deleteSubject: verifying('subjects:write'),
  placeLegalHold: verifying('legal-holds'),
  listLegalHolds: verifying('legal-holds'),
  liftLegalHold: verifying('legal-holds'),
  listDeletionRecords: verifying('subjects:read'),
  listAuditEvents: AUDITING,
  listAuditSeals: AUDITING,

  createTenant: OPERATOR,
  listTenants: ADMIN,
  readTenant: ADMIN,
  changeTenantPolicy: OPERATOR,
  suspendTenant: OPERATOR,
  resumeTenant: OPERATOR,
  createClient: ADMIN,
  listClients: ADMIN,
  readClient: ADMIN,
  changeClient: ADMIN,
  rotateClientKey: ADMIN,
  revokeClient: ADMIN,

  healthz: null,
  readyz: null,
  metrics: null,
  openapi: null,
  docs: null,
};
