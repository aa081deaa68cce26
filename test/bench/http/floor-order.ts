import { decodeCertificate } from '../../../src/core/x509/decode-certificate.ts';
import { caSpki, type SignedContent } from '../authority.ts';
import type { FloorOrder } from './floor.ts';
import { query, type Surroundings } from './surroundings.ts';

const FLOOR_TABLE =
  'create table bench_floor (id text, part integer, text text not null, octets bytea not null, primary key (id, part))';

/** The floor's order: it writes what the service wrote for its last verification, row by row. */
export async function orderFloor(surroundings: Surroundings): Promise<FloorOrder> {
  const { adminUrl, signers, poolSize } = surroundings;
  await query(adminUrl, FLOOR_TABLE);
  return {
    databaseUrl: adminUrl,
    poolSize,
    caSpki: encode(caSpki),
    ...placesOf(signers),
    rows: await rowsOf(surroundings),
  };
}

const encode = (octets: Uint8Array): string => Buffer.from(octets).toString('base64');

async function rowsOf({ superuserUrl }: Surroundings): Promise<FloorOrder['rows']> {
  const last = '(select id from verification order by id desc limit 1)';
  const rows = [
    ...(await query(superuserUrl, `select * from verification where id = ${last}`)),
    ...(await query(superuserUrl, `select * from evidence where verification_id = ${last}`)),
    ...(await query(superuserUrl, `select * from event where verification_id = ${last}`)),
    // its line of the audit trail, in the one table or, once sealed, in the other
    ...(await query(superuserUrl, `select * from audit_unsealed where target = ${last}`)),
    ...(await query(superuserUrl, `select * from audit_line where target = ${last}`)),
  ];
  return rows.map((row) => {
    const values = Object.values(row).filter((value) => value !== null);
    const octets = values.filter((value) => Buffer.isBuffer(value));
    const others = values.filter((value) => !Buffer.isBuffer(value));
    const text = others.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))).join('');
    return { text, octets: encode(Buffer.concat(octets)) };
  });
}

/** The parts that stand at the same place in every certificate. */
function placesOf(signers: readonly SignedContent[]): Pick<FloorOrder, 'tbs' | 'spki' | 'signature'> {
  const places = signers.map(({ certificate }) => {
    const { tbsCertificate, subjectPublicKeyInfo, signature } = decodeCertificate(certificate);
    const place = (part: Uint8Array) => {
      const from = part.byteOffset - certificate.byteOffset;
      return [from, from + part.length] as const;
    };
    return { tbs: place(tbsCertificate), spki: place(subjectPublicKeyInfo.der), signature: place(signature) };
  });
  const [first] = places;
  if (first === undefined || places.some((other) => JSON.stringify(other) !== JSON.stringify(first)))
    throw new Error('the certificates differ in their layout');
  return first;
}
