import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Scope } from '../../../src/features/tenants/caller.ts';
import { loadSandboxClient, SANDBOX_KEY_FILE } from '../../../src/features/tenants/sandbox-client.ts';
import { createWorld, OPERATOR, type World } from '../world.ts';

let world: World;
let dataDir: string;
beforeAll(async () => {
  world = await createWorld();
  dataDir = mkdtempSync(join(tmpdir(), 'sandbox-client-'));
});
afterAll(async () => {
  rmSync(dataDir, { recursive: true, force: true });
  await world.close();
});

async function clientOf(apiKey: string): Promise<{ readonly clientId: string; readonly scopes: readonly Scope[] }> {
  const found = await world.tenants.authenticate(apiKey);
  if (!found.ok) throw new Error(found.code);
  return { clientId: found.caller.clientId, scopes: [...found.caller.scopes].sort() };
}

const SCOPES = ['legal-holds', 'reports:export', 'subjects:read', 'subjects:write', 'verify'];

it('makes a client once, keeps its key, and gives an older one the scopes that came later', async () => {
  const apiKey = await loadSandboxClient(world.tenants, dataDir);
  const made = await clientOf(apiKey);
  expect(made.scopes).toEqual(SCOPES);
  expect(readFileSync(join(dataDir, SANDBOX_KEY_FILE), 'utf8').trim()).toBe(apiKey);

  await world.tenants.clients.change(OPERATOR, 'sandbox', made.clientId, { scopes: ['verify', 'admin'] });
  world.clock.at += 10_000;
  expect(await loadSandboxClient(world.tenants, dataDir)).toBe(apiKey);
  world.clock.at += 10_000;
  expect(await clientOf(apiKey)).toEqual({ ...made, scopes: ['admin', ...SCOPES] });
});
