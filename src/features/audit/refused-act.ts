import type { AuditAct } from '../../core/audit/act.ts';
import type { RefusedCall } from '../../platform/http/app.ts';
import type { Caller } from '../tenants/caller.ts';
import { DEPLOYMENT, type NewAuditLine } from './line.ts';

/** Which act an operation asks for; a refused one that only looks has no name of its own. */
const ACTS: Readonly<Record<string, AuditAct>> = {
  issueChallenge: 'challenge.issue',
  verify: 'verification.perform',
  listVerifications: 'verification.list',
  readVerification: 'verification.read',
  exportEvidence: 'evidence.export',
  deleteVerification: 'verification.delete',
  listSubjects: 'subject.list',
  readSubject: 'subject.read',
  endRelation: 'subject.relation',
  deleteSubject: 'subject.delete',
  placeLegalHold: 'legal-hold.place',
  listLegalHolds: 'legal-hold.list',
  liftLegalHold: 'legal-hold.lift',
  listDeletionRecords: 'deletion-record.list',
  listAuditEvents: 'audit.list',
  createTenant: 'tenant.create',
  changeTenantPolicy: 'tenant.policy-change',
  suspendTenant: 'tenant.suspend',
  resumeTenant: 'tenant.resume',
  createClient: 'client.create',
  changeClient: 'client.change',
  revokeClient: 'client.revoke',
  rotateClientKey: 'client.rotate-key',
};

/** An id of ours: what else was sent in its place may be anything. */
const ID = /^[a-z]{3}_[0-9a-z]{26}$/;

/** The line of a refused act. Who cannot be told belongs to no tenant: such lines are the deployment's own. */
export function lineOfRefused(call: RefusedCall<Caller>, at: number): NewAuditLine {
  const { operationId, code, principal, scope, address, requestId, id } = call;
  const act = Object.hasOwn(ACTS, operationId) ? ACTS[operationId] : undefined;
  const known = id !== undefined && ID.test(id) ? id : null;
  return {
    tenantId: principal?.caller.tenantId ?? DEPLOYMENT,
    at,
    actor: principal === undefined ? 'unknown' : `client:${principal.clientId}`,
    right: scope,
    act: act ?? 'request.refuse',
    target: act === undefined ? operationId : known,
    outcome: `refused:${code}`,
    from: address,
    requestId,
  };
}
