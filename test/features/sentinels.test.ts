import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { decodeCertificate } from '../../src/core/x509/decode-certificate.ts';
import type { Caller } from '../../src/features/tenants/caller.ts';
import { readFixture } from '../fixtures.ts';
import { FAKE_OCSP_RESPONSE } from './fake-gateway.ts';
import { createWorld, options, signedRequest, verify, type World } from './world.ts';

const LEAF = 'leaf-digital-signature.crt';
const CONTENT = Buffer.from('SENTINEL-CONTENT signed by the person');
const REFERENCE = 'SENTINEL-REFERENCE@example.jp';
const TEXT = 'SENTINEL-TEXT 見本　太郎 agrees';
const KEY = 'SENTINEL-KEY';

let world: World;
let bank: Caller;
beforeAll(async () => {
  world = await createWorld();
  bank = await world.createCaller('bank');
});
afterAll(() => world.close());

/** Every value of every row of every table, as text and as octets. */
async function dump(): Promise<Buffer> {
  const { rows: tables } = await world.superuser.query(
    `select c.oid::regclass as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'`,
  );
  const parts: Buffer[] = [];
  for (const { name } of tables) {
    const { rows } = await world.superuser.query(`select * from ${name}`);
    for (const value of rows.flatMap((row) => Object.values(row))) {
      parts.push(Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value)));
    }
  }
  return Buffer.concat(parts.flatMap((part) => [part, Buffer.from('\n')]));
}

it('leaves no personal field, no content, no certificate and no serial in any table or log line', async () => {
  const challenge = { kind: 'signature' as const, purpose: 'account-opening', text: TEXT };
  const issued = await world.challenges.issue(bank, challenge, options(challenge, KEY));
  if (!issued.ok) throw new Error(issued.code);
  const octets = Buffer.from(issued.value.content, 'base64');
  const { challengeId } = issued.value;
  const request = signedRequest(octets, { challengeId, reference: REFERENCE });
  const answer = await verify(world, bank, request, KEY);
  await verify(world, bank, signedRequest(CONTENT, { reference: REFERENCE }), `${KEY}-2`);
  await verify(world, bank, signedRequest(CONTENT, {}, 'leaf-forged.crt'));

  const certificate = readFixture(LEAF);
  const { serialNumber } = decodeCertificate(certificate);
  const { attributes } = answer;
  if (attributes === null || request.signature.format !== 'raw') throw new Error('nothing to look for');
  const { value, certificate: inBase64 } = request.signature;
  const sentinels: Record<string, Buffer> = {
    name: Buffer.from(attributes.name),
    address: Buffer.from(attributes.address),
    dateOfBirth: Buffer.from(attributes.dateOfBirth.raw),
    dateOfBirthValue: Buffer.from(attributes.dateOfBirth.value ?? ''),
    reference: Buffer.from(REFERENCE),
    content: Buffer.from('SENTINEL-CONTENT'),
    text: Buffer.from('SENTINEL-TEXT'),
    idempotencyKey: Buffer.from(KEY),
    ocsp: FAKE_OCSP_RESPONSE.subarray(0, 20),
    certificate: Buffer.from(certificate.subarray(0, 60)),
    certificateBase64: Buffer.from(inBase64.slice(0, 60)),
    signature: Buffer.from(value, 'base64'),
    signatureBase64: Buffer.from(value.slice(0, 60)),
    serial: Buffer.from(serialNumber.octets),
    serialHex: Buffer.from(serialNumber.hex),
    serialDecimal: Buffer.from(BigInt(`0x${serialNumber.hex}`).toString()),
  };
  // short ones would be found by chance
  for (const [name, octets] of Object.entries(sentinels)) expect([name, octets.length > 3]).toEqual([name, true]);

  const places = { tables: await dump(), log: Buffer.from(world.logged.join('')) };
  expect(places.tables.includes(answer.verificationId)).toBe(true); // the dump sees
  const found = Object.entries(places).flatMap(([place, octets]) =>
    Object.entries(sentinels).flatMap(([name, sentinel]) => (octets.includes(sentinel) ? [`${name} in ${place}`] : [])),
  );
  expect(found).toEqual([]);
});

it('stores the same reference and content under other octets each time', async () => {
  for (let n = 0; n < 2; n++) await verify(world, bank, signedRequest(CONTENT, { reference: 'same' }));
  const { rows } = await world.superuser.query(
    `select v.reference, v.reference_mac, e.content from verification v
     join evidence e on e.tenant_id = v.tenant_id and e.verification_id = v.id order by v.id desc limit 2`,
  );
  expect(rows[0].reference.equals(rows[1].reference)).toBe(false);
  expect(rows[0].content.equals(rows[1].content)).toBe(false);
  expect(rows[0].reference_mac.equals(rows[1].reference_mac)).toBe(true);
});
