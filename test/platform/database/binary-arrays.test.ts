import { afterAll, beforeAll, expect, it } from '@jest/globals';
import pg from 'pg';
import { type ArrayElement, type ArrayType, encodeArray } from '../../../src/platform/database/binary-arrays.ts';
import { createTestDatabase, type TestDatabase } from '../../database.ts';

let database: TestDatabase;
let client: pg.Client;
beforeAll(async () => {
  database = await createTestDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

const FAR = Date.parse('0001-01-01T00:00:00Z');
const CASES: readonly [ArrayType, readonly ArrayElement[], readonly unknown[]][] = [
  ['text[]', ['', 'a', '"{\\,}"', '住所', 'x'.repeat(70_000)], ['', 'a', '"{\\,}"', '住所', 'x'.repeat(70_000)]],
  ['text[]', [null, 'NULL', null], [null, 'NULL', null]],
  ['bytea[]', [Buffer.alloc(0), Buffer.from([0, 255, 92]), null], [Buffer.alloc(0), Buffer.from([0, 255, 92]), null]],
  ['boolean[]', [true, false, null], [true, false, null]],
  ['timestamptz[]', [0, 1_700_000_000_123, FAR, null], [new Date(0), new Date(1_700_000_000_123), new Date(FAR), null]],
];

it.each(CASES)('%s arrives as it was given', async (type, values, expected) => {
  const sql = `select i, ($1::${type})[i] as element from generate_series(1, cardinality($1::${type})) i order by i`;
  const { rows } = await client.query(sql, [encodeArray(type, values)]);
  expect(rows.map(({ element }) => element)).toEqual(expected);
});

it('is null where nothing stands', () => {
  expect(encodeArray('text[]', [null, null])).toBeNull();
  expect(encodeArray('text[]', [])).toBeNull();
});
