import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { SCOPES } from '../../src/features/tenants/caller.ts';
import type { RawSignatureRequest } from '../../src/features/verification/wire.ts';
import { contract } from './contract.ts';
import { type Answer, ask } from './request.ts';
import { base64, newResident, type SandboxService, startSandboxService } from './sandbox-service.ts';

/** What belongs to the tenant that is tried to be crossed into. */
interface Theirs {
  readonly tenant: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly key: string;
  readonly verificationId: string;
  readonly certificateId: string;
  readonly subjectId: string;
  readonly challengeId: string;
  readonly legalHoldId: string;
  readonly reference: string;
  readonly signature: RawSignatureRequest;
}

type Attempt = readonly [path: string, body?: unknown];

/** How each operation is asked for what is another tenant's; an operation that is not here fails the test. */
const ATTEMPTS: Readonly<Record<string, (theirs: Theirs) => readonly Attempt[]>> = {
  issueChallenge: () => [['/jpki/challenges', { kind: 'signature', purpose: 'test' }]],
  verify: ({ challengeId, signature }) => {
    const { content: _content, ...over } = signature;
    return [['/jpki/verify', { purpose: 'test', challengeId, signature: over }]];
  },
  listVerifications: ({ reference, subjectId }) => [
    ['/jpki/verifications?limit=500'],
    [`/jpki/verifications?reference=${reference}`],
    [`/jpki/verifications?subject=${subjectId}`],
  ],
  readVerification: ({ verificationId }) => [[`/jpki/verifications/${verificationId}`]],
  exportEvidence: ({ verificationId }) => [[`/jpki/verifications/${verificationId}/evidence`]],
  deleteVerification: ({ verificationId }) => [[`/jpki/verifications/${verificationId}`]],
  listSubjects: () => [['/jpki/subjects?limit=500']],
  readSubject: ({ subjectId }) => [[`/jpki/subjects/${subjectId}`]],
  deleteSubject: ({ subjectId }) => [[`/jpki/subjects/${subjectId}`]],
  endRelation: ({ subjectId }) => [[`/jpki/subjects/${subjectId}/relation`, { endedOn: '2026-03-31' }]],
  placeLegalHold: ({ subjectId, verificationId }) => [
    ['/jpki/legal-holds', { subjectId, reason: 'litigation' }],
    ['/jpki/legal-holds', { verificationId, reason: 'litigation' }],
  ],
  listLegalHolds: () => [['/jpki/legal-holds?limit=500']],
  liftLegalHold: ({ legalHoldId }) => [[`/jpki/legal-holds/${legalHoldId}`]],
  listDeletionRecords: ({ verificationId }) => [[`/jpki/deletion-records?target=${verificationId}`]],
  listAuditEvents: ({ clientId, verificationId }) => [
    ['/jpki/audit-events?limit=500'],
    [`/jpki/audit-events?clientId=${clientId}`],
    [`/jpki/audit-events?target=${verificationId}`],
  ],
  listAuditSeals: () => [['/jpki/audit-seals']],
  createTenant: ({ tenant }) => [['/admin/tenants', { name: tenant }]],
  listTenants: () => [['/admin/tenants?limit=500'], ['/admin/tenants?cursor=a']],
  readTenant: ({ tenant }) => [[`/admin/tenants/${tenant}`]],
  changeTenantPolicy: ({ tenant }) => [[`/admin/tenants/${tenant}/policy`, { digestAllowed: true }]],
  suspendTenant: ({ tenant }) => [[`/admin/tenants/${tenant}/suspension`]],
  resumeTenant: ({ tenant }) => [[`/admin/tenants/${tenant}/suspension`]],
  createClient: ({ tenant }) => [['/admin/clients', { tenant, scopes: ['admin'] }]],
  listClients: ({ tenant }) => [['/admin/clients?limit=500'], [`/admin/clients?tenant=${tenant}`]],
  readClient: (theirs) => ofClient(theirs, ''),
  changeClient: (theirs) => ofClient(theirs, '', { name: 'crossed' }),
  rotateClientKey: (theirs) => ofClient(theirs, '/keys', { overlapSeconds: 0 }),
  revokeClient: (theirs) => ofClient(theirs, '/revocation'),
};

const ofClient = ({ clientId, tenant }: Theirs, rest: string, body?: unknown): readonly Attempt[] =>
  ['', `?tenant=${tenant}`].map((query) => [`/admin/clients/${clientId}${rest}${query}`, body]);

let service: SandboxService;
let superuser: pg.Client;
let theirs: Theirs;
let mine: string;
beforeAll(async () => {
  service = await startSandboxService();
  superuser = new pg.Client({ connectionString: service.superuserUrl });
  await superuser.connect();
  const resident = await newResident(service);
  const created = await createTenant('theirs');
  const own = await createTenant('mine');
  mine = own.key;
  const { key } = created;
  const challenge = await ask(service.url, '/jpki/challenges', { key, body: { kind: 'signature', purpose: 'test' } });
  const { challengeId, content } = challenge.body;
  const open = await service.sign(resident, { content });
  const reference = 'THEIR-REFERENCE';
  const passed = await service.sign(resident, { content: base64('their content'), reference });
  const { body } = await ask(service.url, '/jpki/verify', { key, body: passed });
  const hold = { verificationId: body.verificationId, reason: 'litigation' };
  const held = await ask(service.url, '/jpki/legal-holds', { key, body: hold });
  theirs = {
    ...created,
    ...{ challengeId, reference, tenant: 'theirs', verificationId: body.verificationId },
    certificateId: body.certificate?.id ?? '',
    subjectId: body.subject?.id ?? '',
    legalHoldId: held.body.legalHoldId,
    signature: open.signature as RawSignatureRequest,
  };
  for (const value of Object.values(theirs)) expect(value).not.toBe('');
});
afterAll(async () => {
  await superuser?.end();
  await service?.stop();
});

async function createTenant(name: string) {
  const { tenantId } = await service.jpki<{ tenantId: string }>('tenants', 'create', name);
  const made = ['clients', 'create', '--tenant', name, '--scopes', SCOPES.join(',')];
  const { clientId, apiKey } = await service.jpki<{ clientId: string; apiKey: string }>(...made);
  return { tenantId, clientId, key: apiKey };
}

/** Every row of theirs, but when it was written to by whoever only called. */
async function rowsOfTheirs(): Promise<string> {
  const { rows: tables } = await superuser.query<{ name: string }>(
    `select c.oid::regclass::text as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
     where c.relkind in ('r', 'p') and c.relname not like 'audit%' order by 1`,
  );
  expect(tables.length).toBeGreaterThan(10);
  const parts: string[] = [];
  for (const { name } of [...tables, { name: 'tenant' }]) {
    const column = name === 'tenant' ? 'id' : 'tenant_id';
    const sql = `select (to_jsonb(t) - 'last_used_at')::text as row from ${name} t where t.${column} = $1 order by 1`;
    const { rows } = await superuser.query<{ row: string }>(sql, [theirs.tenantId]);
    parts.push(...rows.map(({ row }) => `${name} ${row}`));
  }
  return parts.join('\n');
}

const operations = contract.operations.filter(({ scopes }) => scopes !== null);

describe('a client that has every scope of its own tenant', () => {
  it.each(operations.map((operation) => [operation.operationId, operation] as const))(
    'cannot cross by %s',
    async (operationId, { method }) => {
      const attempts = ATTEMPTS[operationId]?.(theirs);
      if (attempts === undefined) throw new Error(`say in ATTEMPTS how ${operationId} would be crossed by`);
      const before = await rowsOfTheirs();
      for (const [path, body] of attempts) {
        const answer = await ask(service.url, path, {
          key: mine,
          method: method.toUpperCase(),
          ...(body === undefined ? {} : { body }),
        });
        expect([path, answer.status < 500, shown(answer, path)]).toEqual([path, true, []]);
      }
      expect(await rowsOfTheirs()).toBe(before);
    },
  );

  it('and the challenge that it named is still theirs to use', async () => {
    const { challengeId, signature, key } = theirs;
    const { content: _content, ...over } = signature;
    const body = { purpose: 'test', challengeId, signature: over };
    expect((await ask(service.url, '/jpki/verify', { key, body })).body.indication).toBe('TOTAL-PASSED');
  });
});

/** Whatever of theirs stands in the answer; a name that was asked for may be repeated where it is refused. */
function shown({ text: whole, body, status }: Answer, path: string): readonly string[] {
  // what one was refused names what one asked for, in one's own trail
  const items = (body as { items?: readonly { outcome?: string }[] } | undefined)?.items ?? [];
  const isTrail = path.startsWith('/jpki/audit-events') && status === 200;
  const text = isTrail ? JSON.stringify(items.filter(({ outcome }) => !outcome?.startsWith('refused:'))) : whole;
  const { signature: _signature, tenant: _tenant, ...ids } = theirs;
  return Object.entries(ids).flatMap(([name, value]) =>
    text.includes(value) && !(status >= 400 && path.includes(value)) ? [name] : [],
  );
}
