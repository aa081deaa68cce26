import { createHmac } from 'node:crypto';
import type { Database } from '../database/database.ts';
import { secretsAreEqual } from '../secret.ts';
import type { DeploymentKeys } from './key-file.ts';

/**
 * What the database remembers of the deployment's keys: a keyed hash of a constant under each. Two replicas with different
 * key files would store what the other cannot read, and not know a certificate that the other has on file.
 */
const PURPOSES = ['keyEncryption', 'apiKey', 'serialMatch', 'tenantHash'] as const satisfies (keyof DeploymentKeys)[];
type CheckedPurpose = (typeof PURPOSES)[number];
const VERSION = 1;

export async function isDeploymentKnown(database: Database): Promise<boolean> {
  return (await database.knex('deployment_key').select(database.knex.raw('1')).first()) !== undefined;
}

/** Records the keys of a new deployment (whoever comes first decides), then says whether the recorded ones are these. */
export async function recordDeployment(database: Database, keys: DeploymentKeys): Promise<boolean> {
  const own = PURPOSES.map((purpose) => ({ purpose, version: VERSION, check_value: checkValue(keys, purpose) }));
  await database.knex('deployment_key').insert(own).onConflict(['purpose', 'version']).ignore();
  const rows = await database
    .knex('deployment_key')
    .where({ version: VERSION })
    .select<{ purpose: string; check_value: Buffer }[]>('purpose', 'check_value');
  return own.every(({ purpose, check_value }) =>
    rows.some((row) => row.purpose === purpose && secretsAreEqual(row.check_value, check_value)),
  );
}

const checkValue = (keys: DeploymentKeys, purpose: CheckedPurpose): Buffer =>
  createHmac('sha256', keys[purpose]).update(`jpki-verifier deployment key check: ${purpose}`).digest();
