import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hashAuditLine } from '../../../src/core/audit/audit-line.ts';
import { verifyInclusion } from '../../../src/core/audit/verify-inclusion.ts';
import { type AuditService, createAuditService, proveLines } from '../../../src/features/audit/service.ts';
import type { AuditEvent, AuditEventFilters } from '../../../src/features/audit/wire.ts';
import type { Caller } from '../../../src/features/tenants/caller.ts';
import { defaultPolicy } from '../../../src/features/tenants/policy.ts';
import { auditCrypto } from '../../../src/platform/audit-crypto.ts';
import { type AuditWorld, createAuditWorld, OTHER, T0, TENANT } from './audit-world.ts';

let world: AuditWorld;
let audit: AuditService;
let ids: string[];
const caller = (tenantId: string): Caller => ({
  ...{
    tenantId,
    tenantName: 'bank',
    tenantRole: 'verifier',
    policy: defaultPolicy('sandbox'),
    policyVersion: 1,
    clientId: 'cli_7',
  },
  ...{ scopes: new Set(['reports:export']), address: '192.0.2.9', right: 'reports:export' },
});

/** One line a second: three sealed, three not; a line of another tenant among both. */
beforeAll(async () => {
  world = await createAuditWorld();
  audit = createAuditService(world);
  ids = [];
  const acts = ['challenge.issue', 'verification.perform', 'verification.read'] as const;
  for (let n = 0; n < 6; n++) {
    world.clock.at = T0 + n * 1000;
    const outcome = n === 4 ? ('refused:not-found' as const) : ('done' as const);
    const change = { act: acts[n % 3] as (typeof acts)[number], actor: `client:cli_${n % 2}` as const, outcome };
    ids.push(...(await world.append(1, TENANT, { ...change, target: `ver_${n}` })));
    if (n === 2 || n === 5) await world.append(1, OTHER, { target: 'ver_theirs' });
    if (n === 2) await world.sealer.sealAll();
  }
});
afterAll(() => world.close());

/** Without the lines of the reading itself. */
async function list(filters: AuditEventFilters): Promise<readonly AuditEvent[]> {
  const result = await audit.list(caller(TENANT), filters, 'req-1');
  if (!result.ok) throw new Error(result.code);
  return result.value.items.filter(({ act }) => !act.startsWith('audit.'));
}
const indexes = (events: readonly AuditEvent[]) => events.map(({ auditId }) => ids.indexOf(auditId));

it('shows the tenant its own lines, newest first, sealed and waiting ones alike', async () => {
  const events = await list({});
  expect(indexes(events)).toEqual([5, 4, 3, 2, 1, 0]);
  expect(events.map(({ sealed }) => sealed === null)).toEqual([true, true, true, false, false, false]);
  expect(events[5]).toEqual({
    ...{ auditId: ids[0], at: '2026-06-01T03:00:00Z', actor: 'client:cli_0', right: 'verify', act: 'challenge.issue' },
    ...{ target: 'ver_0', outcome: 'done', from: '192.0.2.1', requestId: 'req-1', count: 1 },
    sealed: { batch: 1, position: 0 },
  });
});

it.each<[AuditEventFilters, number[]]>([
  [{ from: '2026-06-01T03:00:02Z' }, [5, 4, 3, 2]],
  [{ to: '2026-06-01T03:00:02Z' }, [1, 0]],
  [{ from: '2026-06-01T03:00:01Z', to: '2026-06-01T03:00:04Z' }, [3, 2, 1]],
  [{ act: 'verification.read' }, [5, 2]],
  [{ clientId: 'cli_1' }, [5, 3, 1]],
  [{ target: 'ver_3' }, [3]],
  [{ target: 'ver_theirs' }, []],
  [{ outcome: 'refused' }, [4]],
  [{ outcome: 'refused:not-found' }, [4]],
  [{ outcome: 'refused:other' }, []],
  [{ outcome: 'done', clientId: 'cli_0' }, [2, 0]],
])('selects by %j', async (filters, expected) => {
  expect(indexes(await list(filters))).toEqual(expected);
});

it('goes through pages without a gap, whatever is written meanwhile', async () => {
  const seen: AuditEvent[] = [];
  let cursor: string | null | undefined;
  const filters = { to: '2026-06-01T03:00:06Z', limit: 2 };
  do {
    const page = await audit.list(caller(TENANT), { ...filters, ...(cursor ? { cursor } : {}) }, 'req-1');
    if (!page.ok) throw new Error(page.code);
    expect(page.value.items.length).toBeLessThanOrEqual(2);
    seen.push(...page.value.items);
    cursor = page.value.nextCursor;
    if (seen.length === 2) await world.sealer.sealAll();
  } while (cursor !== null);
  expect(indexes(seen.filter(({ auditId }) => ids.includes(auditId)))).toEqual([5, 4, 3, 2, 1, 0]);
});

it.each(['abc', Buffer.from('ver_01kt0hzdw0ehgt3vw0rw49djt1').toString('base64url')])(
  'refuses a cursor that is not one of its own: %s',
  async (cursor) => {
    expect(await audit.list(caller(TENANT), { cursor }, 'req-1')).toMatchObject({ ok: false, code: 'cursor-invalid' });
  },
);

it('exports all of it as lines of JSON, also beyond what is read at once', async () => {
  await world.append(1_100, OTHER);
  const result = await audit.export(caller(OTHER), {}, 'req-2');
  if (!result.ok) throw new Error(result.code);
  let text = '';
  let parts = 0;
  for await (const part of result.value) {
    text += part;
    parts += 1;
  }
  const events = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as AuditEvent);
  expect(new Set(events.map(({ auditId }) => auditId)).size).toBe(1_102);
  expect(parts).toBe(3);
  expect(events.every(({ auditId }) => !ids.includes(auditId))).toBe(true);
});

it('tells in the trail who read it', async () => {
  await audit.list(caller(TENANT), {}, 'req-3');
  const [newest] = await world.superuser
    .query(`select actor, allowed_by, act, from_address, request_id from audit_unsealed where request_id = 'req-3'`)
    .then(({ rows }) => rows);
  expect(newest).toEqual({
    ...{ actor: 'client:cli_7', allowed_by: 'reports:export', act: 'audit.list' },
    ...{ from_address: '192.0.2.9', request_id: 'req-3' },
  });
});

it('shows seals by pages, with their keys, and nothing of a line', async () => {
  await world.sealer.sealAll();
  const first = await audit.seals(caller(OTHER), { limit: 1 });
  if (!first.ok) throw new Error(first.code);
  expect(first.value.items.map(({ batch }) => batch)).toEqual([1]);
  expect(first.value.nextAfter).toBe(1);
  expect(first.value.keys).toMatchObject([{ keyId: first.value.items[0]?.keyId, validUntil: null }]);
  const rest = await audit.seals(caller(OTHER), { after: 1, limit: 1_000 });
  expect(rest).toMatchObject({ ok: true, value: { nextAfter: null } });
  expect(JSON.stringify([first, rest])).not.toMatch(/cli_|ver_|tenant/);
});

it('counts what waits to be sealed', async () => {
  while ((await world.sealer.sealAll()) > 0);
  expect(await audit.waiting()).toEqual({ lines: 0, oldestSeconds: 0 });
  await world.append(2);
  world.clock.at += 5_000;
  expect(await audit.waiting()).toEqual({ lines: 2, oldestSeconds: 5 });
});

describe('proofs', () => {
  it('prove the tenant its own lines, and pass over those of others and those that wait', async () => {
    const [waiting] = await world.append(1);
    const theirs = await world.superuser.query('select id from audit_line where tenant_id = $1 limit 1', [OTHER]);
    const asked = [ids[0], ids[4], waiting, theirs.rows[0].id] as string[];
    const found = await world.database.inTenant(TENANT, (trx) => proveLines(trx, [TENANT, OTHER], asked));
    expect(found.proofs.map(({ line }) => line.id)).toEqual([ids[0], ids[4]]);
    expect(found.waiting).toEqual([waiting]);
    for (const { line, position, path, seal } of found.proofs) {
      const leaf = hashAuditLine(auditCrypto.sha256, line);
      const inclusion = { leaf, index: position, treeSize: seal.treeSize, path, root: seal.root };
      expect(verifyInclusion(auditCrypto.sha256, inclusion)).toBe(true);
    }
  });
});
