import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { storePrivateFile } from '../../platform/private-file.ts';
import type { ServiceResult } from '../service-result.ts';
import type { Actor } from './act-line.ts';
import type { Caller, Scope } from './caller.ts';
import type { TenantService } from './service.ts';

const TENANT = 'sandbox';
const START: Actor = { kind: 'system', name: 'start', right: 'operator', address: null, requestId: null };
/** What a laptop tries out with curl: all that a bank's programs do, of which the last shows it its own audit trail. */
const SCOPES: readonly Scope[] = ['verify', 'subjects:read', 'subjects:write', 'legal-holds', 'reports:export'];
export const SANDBOX_KEY_FILE = 'sandbox-api-key';

/**
 * The API key of this installation's sandbox tenant: the same at every start, kept in the data directory (mode 0600). Made
 * anew when the file or the database was thrown away.
 */
export async function loadSandboxClient(tenants: TenantService, dataDir: string): Promise<string> {
  const path = join(dataDir, SANDBOX_KEY_FILE);
  const kept = (await readFile(path, 'utf8').catch(() => '')).trim();
  const known = kept === '' ? undefined : await tenants.authenticate(kept);
  if (known?.ok) {
    await widen(tenants, known.caller);
    return kept;
  }
  const created = await tenants.createTenant(START, { name: TENANT });
  if (!created.ok && created.code !== 'tenant-exists') refuse(created);
  const client = await tenants.clients.create(START, {
    ...{ tenant: TENANT, name: TENANT },
    scopes: SCOPES,
  });
  if (!client.ok) return refuse(client);
  const { apiKey } = client.value;
  if (apiKey === null) throw new Error('the sandbox client has no key');
  await storePrivateFile(path, `${apiKey}\n`);
  return apiKey;
}

/** An earlier version's client lacks what was added since. */
async function widen(tenants: TenantService, { clientId, scopes }: Caller): Promise<void> {
  const lacking = SCOPES.filter((scope) => !scopes.has(scope));
  if (lacking.length === 0) return;
  const changed = await tenants.clients.change(START, TENANT, clientId, { scopes: [...scopes, ...lacking] });
  if (!changed.ok) refuse(changed);
}

function refuse(result: Extract<ServiceResult<unknown>, { ok: false }>): never {
  throw new Error(`the sandbox tenant cannot be made: ${result.code}`);
}
