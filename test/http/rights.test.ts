import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RIGHTS } from '../../src/features/rights.ts';
import { SCOPES, TENANT_ROLES } from '../../src/features/tenants/caller.ts';
import { contract } from './contract.ts';
import { type FakeApp, keyOf, startFakeApp, verification } from './fake-app.ts';
import { ask } from './request.ts';

/** A request that each operation understands: its path, and its body where it has one. */
const SAMPLES: Readonly<Record<string, readonly [path: string, body?: unknown]>> = {
  issueChallenge: ['/jpki/challenges', { kind: 'signature', purpose: 'a' }],
  verify: ['/jpki/verify', { purpose: 'a', signature: { format: 'cms', value: 'YWJj' } }],
  listVerifications: ['/jpki/verifications'],
  readVerification: [`/jpki/verifications/${verification.verificationId}`],
  exportEvidence: [`/jpki/verifications/${verification.verificationId}/evidence`],
  deleteVerification: [`/jpki/verifications/${verification.verificationId}`],
  listSubjects: ['/jpki/subjects'],
  readSubject: ['/jpki/subjects/sub_1'],
  deleteSubject: ['/jpki/subjects/sub_1'],
  endRelation: ['/jpki/subjects/sub_1/relation', { endedOn: '2026-03-31' }],
  placeLegalHold: ['/jpki/legal-holds', { subjectId: 'sub_1', reason: 'litigation' }],
  listLegalHolds: ['/jpki/legal-holds'],
  liftLegalHold: ['/jpki/legal-holds/hld_1'],
  listDeletionRecords: ['/jpki/deletion-records'],
  listAuditEvents: ['/jpki/audit-events'],
  listAuditSeals: ['/jpki/audit-seals'],
  createTenant: ['/admin/tenants', { name: 'bank-b' }],
  listTenants: ['/admin/tenants'],
  readTenant: ['/admin/tenants/bank-a'],
  changeTenantPolicy: ['/admin/tenants/bank-a/policy', { digestAllowed: true }],
  suspendTenant: ['/admin/tenants/bank-a/suspension'],
  resumeTenant: ['/admin/tenants/bank-a/suspension'],
  createClient: ['/admin/clients', { scopes: ['verify'] }],
  listClients: ['/admin/clients'],
  readClient: ['/admin/clients/cli_1'],
  changeClient: ['/admin/clients/cli_1', { name: null }],
  rotateClientKey: ['/admin/clients/cli_1/keys', {}],
  revokeClient: ['/admin/clients/cli_1/revocation'],
  healthz: ['/healthz'],
  readyz: ['/readyz'],
  metrics: ['/metrics'],
  openapi: ['/openapi.yaml'],
  docs: ['/docs'],
};

let app: FakeApp;
beforeAll(async () => {
  app = await startFakeApp();
});
afterAll(() => app.stop());

const { operations } = contract;
const call = (operationId: string, method: string, key?: string) => {
  const [path, body] = SAMPLES[operationId] ?? [];
  if (path === undefined) throw new Error(`no sample request of ${operationId}`);
  return ask(app.url, path, { method: method.toUpperCase(), ...(body ? { body } : {}), ...(key ? { key } : {}) });
};
const SOME_SCOPE = 'status:check';

describe('the table of rights', () => {
  it('names every operation and no other', () => {
    expect(Object.keys(RIGHTS).sort()).toEqual(operations.map(({ operationId }) => operationId).sort());
  });

  it.each(operations.map((operation) => [operation.operationId, operation] as const))(
    'says what openapi.yaml says of %s',
    (operationId, { scopes, roles }) => {
      const right = RIGHTS[operationId] ?? null;
      expect(scopes).toEqual(right === null ? null : [right.scope]);
      expect([...roles].sort()).toEqual([...(right?.roles ?? [])].sort());
    },
  );
});

describe.each(operations.map((operation) => [operation.operationId, operation] as const))(
  '%s',
  (operationId, { method, scopes }) => {
    const right = RIGHTS[operationId] ?? null;
    if (right === null || scopes === null) {
      it('is open to all', async () => {
        expect((await call(operationId, method)).status).toBe(200);
      });
      return;
    }

    it('is refused without a credential', async () => {
      const { status, body, headers } = await call(operationId, method);
      expect([status, body.code]).toEqual([401, 'unauthenticated']);
      expect(headers.get('www-authenticate')).toBe('Bearer realm="jpki-verifier"');
    });

    it('is refused with every other scope together', async () => {
      const others = SCOPES.filter((scope) => scope !== right.scope);
      const { status, body, headers } = await call(operationId, method, keyOf(others, right.roles[0] ?? 'verifier'));
      expect([status, body.code]).toEqual([403, 'insufficient-scope']);
      expect(headers.get('www-authenticate')).toContain(`scope="${right.scope}"`);
    });

    it.each(TENANT_ROLES)('with the right scope alone, of a tenant of role %s, as the table says', async (role) => {
      const { status, body } = await call(operationId, method, keyOf([right.scope], role));
      if (right.roles.includes(role)) expect([operationId, Math.floor(status / 100)]).toEqual([operationId, 2]);
      else expect([status, body.code]).toEqual([403, 'role-not-allowed']);
    });

    it('is refused with a scope that only looks like it', async () => {
      expect((await call(operationId, method, keyOf([SOME_SCOPE], 'verifier'))).status).toBe(403);
    });
  },
);
