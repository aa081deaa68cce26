import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { storePrivateFile } from '../../platform/private-file.ts';
import type { ServiceResult } from '../service-result.ts';
import type { TenantService } from './service.ts';

const TENANT = 'sandbox';
export const SANDBOX_KEY_FILE = 'sandbox-api-key';

/**
 * The API key of this installation's sandbox tenant: the same at every start, kept in the data directory (mode 0600). Made
 * anew when the file or the database was thrown away.
 */
export async function loadSandboxClient(tenants: TenantService, dataDir: string): Promise<string> {
  const path = join(dataDir, SANDBOX_KEY_FILE);
  const kept = (await readFile(path, 'utf8').catch(() => '')).trim();
  if (kept !== '' && (await tenants.authenticate(kept)) !== undefined) return kept;
  const created = await tenants.createTenant({ name: TENANT });
  if (!created.ok && created.code !== 'tenant-exists') refuse(created);
  const client = await tenants.createClient({ tenant: TENANT, scopes: ['verify', 'subjects:read'], name: TENANT });
  if (!client.ok) return refuse(client);
  await storePrivateFile(path, `${client.value.apiKey}\n`);
  return client.value.apiKey;
}

function refuse(result: Extract<ServiceResult<unknown>, { ok: false }>): never {
  throw new Error(`the sandbox tenant cannot be made: ${result.code}`);
}
