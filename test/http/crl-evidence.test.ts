import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import pg from 'pg';
import { decodeCrl } from '../../src/core/revocation/decode-crl.ts';
import { formatInstant } from '../../src/core/rfc3339.ts';
import { base64, type SandboxService } from './sandbox-service.ts';
import { withResident } from './with-resident.ts';

let service: SandboxService;
let resident: string;
withResident((started, created) => {
  service = started;
  resident = created;
});

async function readCrlColumn(verificationId: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: service.superuserUrl });
  await client.connect();
  try {
    const { rows } = await client.query('select crl::json as crl from evidence where verification_id = $1', [
      verificationId,
    ]);
    expect(rows).toHaveLength(1);
    return rows[0].crl;
  } finally {
    await client.end();
  }
}

/** How evidence names each list that is published, by reading the files anew. */
const readReferences = () =>
  readdirSync(service.crlDirectory)
    .filter((name) => name.endsWith('.crl'))
    .map((name) => new Uint8Array(readFileSync(join(service.crlDirectory, name))))
    .map((octets) => {
      const { crlNumber, thisUpdate } = decodeCrl(octets);
      const sha256 = createHash('sha256').update(octets).digest('hex');
      return { sha256, crlNumber, thisUpdate: formatInstant(thisUpdate) };
    });

async function verifyBy(method: string): Promise<string> {
  const body = await service.sign(resident, { content: base64(method) });
  const answer = await service.verify({ ...body, revocation: { method } });
  expect(answer.body).toMatchObject({ indication: 'TOTAL-PASSED', revocation: { method, status: 'good' } });
  return answer.body.verificationId;
}

it('a verification by CRL keeps a list by its SHA-256, number and thisUpdate', async () => {
  const stored = await readCrlColumn(await verifyBy('crl'));
  expect(stored).toEqual({
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    crlNumber: expect.stringMatching(/^[0-9]+$/),
    thisUpdate: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T.*Z$/),
  });
  expect(readReferences()).toContainEqual(stored);
});

it('a verification by OCSP names no CRL', async () => {
  expect(await readCrlColumn(await verifyBy('ocsp'))).toBeNull();
});

it('keeps the octets of the lists, of the trust anchors and of the rules, each once', async () => {
  await verifyBy('crl');
  await verifyBy('crl');
  const client = new pg.Client({ connectionString: service.superuserUrl });
  await client.connect();
  try {
    const { rows } = await client.query(
      `select encode(d.sha256, 'hex') as sha256, octets from public_document d order by recorded_at`,
    );
    const kept = new Map(rows.map((row) => [row.sha256 as string, row.octets as Buffer]));
    const used = await client.query(
      `select distinct crl::json ->> 'sha256' as crl, settings::json ->> 'trustAnchorSha256' as anchor,
         settings::json ->> 'rulesSha256' as rules from evidence`,
    );
    const names = new Set(used.rows.flatMap(({ crl, anchor, rules }) => [crl, anchor, rules]).filter(Boolean));
    for (const name of names) {
      const octets = kept.get(name) ?? Buffer.alloc(0);
      expect(createHash('sha256').update(octets).digest('hex')).toBe(name);
    }
    const lists = used.rows.map(({ crl }) => crl).filter(Boolean);
    expect(lists).not.toHaveLength(0);
    for (const list of lists) expect(decodeCrl(new Uint8Array(kept.get(list) ?? [])).crlNumber).toMatch(/^\d+$/);
  } finally {
    await client.end();
  }
});
