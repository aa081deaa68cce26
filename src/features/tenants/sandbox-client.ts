import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { storePrivateFile } from '../../platform/private-file.ts';
import type { ServiceResult } from '../service-result.ts';
import type { Actor } from './act-line.ts';
import type { TenantService } from './service.ts';

const TENANT = 'sandbox';
const START: Actor = { kind: 'system', name: 'start', right: 'operator', address: null, requestId: null };
export const SANDBOX_KEY_FILE = 'sandbox-api-key';

/**
 * The API key of this installation's sandbox tenant: the same at every start, kept in the data directory (mode 0600). Made
 * anew when the file or the database was thrown away.
 */
export async function loadSandboxClient(tenants: TenantService, dataDir: string): Promise<string> {
  const path = join(dataDir, SANDBOX_KEY_FILE);
  const kept = (await readFile(path, 'utf8').catch(() => '')).trim();
  if (kept !== '' && (await tenants.authenticate(kept)).ok) return kept;
  const created = await tenants.createTenant(START, { name: TENANT });
  if (!created.ok && created.code !== 'tenant-exists') refuse(created);
  const client = await tenants.clients.create(START, {
    ...{ tenant: TENANT, name: TENANT },
    scopes: ['verify', 'subjects:read'],
  });
  if (!client.ok) return refuse(client);
  const { apiKey } = client.value;
  if (apiKey === null) throw new Error('the sandbox client has no key');
  await storePrivateFile(path, `${apiKey}\n`);
  return apiKey;
}

function refuse(result: Extract<ServiceResult<unknown>, { ok: false }>): never {
  throw new Error(`the sandbox tenant cannot be made: ${result.code}`);
}
