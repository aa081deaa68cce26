import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDatabase } from '../../../src/platform/database/create-database.ts';
import { listMigrations } from '../../../src/platform/database/migration-files.ts';
import { describeSchemaLag, describeStrongLogin } from '../../../src/platform/database/start-conditions.ts';
import { silentLog } from '../../../src/platform/log.ts';
import { createTestDatabase, type TestDatabase } from '../../database.ts';
import { PATIENT_DATABASE } from '../../patience.ts';

const MIGRATIONS = new URL('../../../migrations', import.meta.url).pathname;

describe('the test database', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await createTestDatabase();
  });
  afterAll(() => test?.drop());

  it('holds every migration of the code, and its login is no stronger than production allows', async () => {
    const database = createDatabase({ url: test.url, poolSize: 2, ...PATIENT_DATABASE, log: silentLog });
    try {
      expect((await listMigrations(MIGRATIONS)).length).toBeGreaterThan(0);
      expect(await describeSchemaLag(database, MIGRATIONS)).toBeUndefined();
      expect(await describeStrongLogin(database)).toEqual([]);
    } finally {
      await database.close();
    }
  });
});
