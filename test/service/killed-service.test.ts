import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { AnyBody } from '../http/request.ts';
import { CHECKOUT, layOutSurroundings, runJpki, type Surroundings, startService } from './running-service.ts';
import { signedBody, verify } from './verifications.ts';

const RESIDENTS_ASKED = 8;
const VERIFICATIONS = 1000;
const PARALLEL = 16;

let surroundings: Surroundings;
let apiKey: string;

beforeAll(async () => {
  surroundings = await layOutSurroundings();
  await runJpki(CHECKOUT, surroundings.env, ['migrate']);
  await runJpki(CHECKOUT, surroundings.env, ['tenants', 'create', 'bank-a', '--json']);
  await runJpki(CHECKOUT, surroundings.env, ['tenants', 'policy', 'bank-a', '--set', 'challengeRequired=false']);
  await runJpki(CHECKOUT, surroundings.env, ['tenants', 'policy', 'bank-a', '--set', 'revocationMethod=crl']);
  const created = await runJpki(CHECKOUT, surroundings.env, [
    'clients',
    'create',
    '--tenant',
    'bank-a',
    '--scopes',
    'verify',
    '--json',
  ]);
  apiKey = (JSON.parse(created) as { apiKey: string }).apiKey;
});

afterAll(() => surroundings.tearDown());

async function readRows<Row extends pg.QueryResultRow>(sql: string): Promise<readonly Row[]> {
  const client = new pg.Client({ connectionString: surroundings.database.superuserUrl });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function prepareBodies(): Promise<readonly string[]> {
  const { items } = (await (await fetch(`${surroundings.sandboxUrl}/residents`)).json()) as { items: { id: string }[] };
  const bodies: string[] = [];
  for (const [index, { id }] of items.slice(0, RESIDENTS_ASKED).entries()) {
    bodies.push(await signedBody(surroundings.sandboxUrl, id, `content ${index}`));
  }
  return bodies;
}

describe('kill -9 in the middle of a thousand verifications', () => {
  it('leaves every answered one stored whole, and none half', async () => {
    const bodies = await prepareBodies();
    const answered = new Map<string, AnyBody>();
    let asked = 0;
    for (const killAfter of [150, 350, 600, Number.POSITIVE_INFINITY]) {
      const service = await startService(CHECKOUT, surroundings.env);
      const until = Math.min(VERIFICATIONS, asked + 400);
      const worker = async (): Promise<void> => {
        while (asked < until && service.child.exitCode === null && service.child.signalCode === null) {
          const answer = await verify(service, apiKey, bodies[asked++ % bodies.length] as string);
          if (answer !== undefined) answered.set(answer.verificationId, answer);
          if (answered.size >= killAfter) service.child.kill('SIGKILL');
        }
      };
      await Promise.all(Array.from({ length: PARALLEL }, worker));
      service.child.kill('SIGKILL');
      await service.ended;
    }
    expect(answered.size).toBeGreaterThan(600);
    const stored = await readRows<{ id: string; indication: string }>('select id, indication from verification');
    const byId = new Map(stored.map((row) => [row.id, row.indication]));
    for (const [id, answer] of answered) expect([id, byId.get(id)]).toEqual([id, answer.indication]);
    expect([...answered.values()].some(({ indication }) => indication === 'TOTAL-PASSED')).toBe(true);
    expect(
      await readRows(
        'select v.id from verification v where not exists (select from evidence e where e.verification_id = v.id)',
      ),
    ).toEqual([]);
    expect(
      await readRows(
        'select e.verification_id from evidence e where not exists (select from verification v where v.id = e.verification_id)',
      ),
    ).toEqual([]);
    expect(
      await readRows(
        "select v.id from verification v where v.indication = 'TOTAL-PASSED' and (v.certificate_id is null or v.subject_id is null)",
      ),
    ).toEqual([]);
    expect(
      await readRows(
        'select s.id from subject s where not exists (select from certificate c where c.subject_id = s.id)',
      ),
    ).toEqual([]);
    expect((await readRows<{ n: number }>('select count(*)::int as n from certificate'))[0]?.n).toBeLessThanOrEqual(
      bodies.length,
    );

    const service = await startService(CHECKOUT, surroundings.env);
    for (const id of [...answered.keys()].slice(-20)) {
      const read = await fetch(`${service.url}/jpki/verifications/${id}`, {
        headers: { authorization: `Bearer ${apiKey}` },
      });
      expect([id, read.status]).toEqual([id, 200]);
    }
    service.child.kill('SIGTERM');
    expect((await service.ended).code).toBe(0);
  }, 600_000);
});
