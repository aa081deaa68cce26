import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import pg from 'pg';
import { decodeCrl } from '../../src/core/revocation/decode-crl.ts';
import { formatInstant } from '../../src/core/rfc3339.ts';
import { base64, newResident, type SandboxService, startSandboxService } from './sandbox-service.ts';

let service: SandboxService;
let resident: string;
beforeAll(async () => {
  service = await startSandboxService();
  resident = await newResident(service);
});
afterAll(() => service?.stop());

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

it('a verification by CRL keeps the SHA-256 of the file, its number and thisUpdate', async () => {
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
