import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type RunningService, startService } from '../../src/compose.ts';
import { parseConfig } from '../../src/config.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { silentLog } from '../../src/platform/log.ts';
import { runInTerminal } from '../cli/terminal.ts';
import { ask } from '../http/request.ts';
import { PATIENCE } from '../patience.ts';

let directory: string;
let running: RunningService | undefined;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'jpki-restore-'));
});
afterAll(async () => {
  await running?.stop();
  await rm(directory, { recursive: true, force: true });
});

const envOf = (dataDir: string) => ({ PORT: '0', SANDBOX_PORT: '0', OCSP_TIMEOUT_MS: '60000', DATA_DIR: dataDir });

async function start(dataDir: string) {
  const parsed = parseConfig(envOf(dataDir), () => '');
  if (!parsed.ok) throw new Error(parsed.problems.join(' '));
  running = await startService(parsed.config, { clock: systemClock, log: silentLog, patience: PATIENCE });
  const { url, sandbox } = running;
  if (sandbox === undefined) throw new Error('no sandbox');
  return { url, sandboxUrl: sandbox.url, key: sandbox.apiKey };
}

it('a backup of a used deployment starts elsewhere, its audit trail holds, and its verifications read as before', async () => {
  const used = join(directory, 'used');
  const restored = join(directory, 'restored');
  const before = await start(used);
  const answer = await fetch(`${before.sandboxUrl}/residents`);
  const { items } = (await answer.json()) as { items: readonly { id: string }[] };
  const signed = await fetch(`${before.sandboxUrl}/residents/${items[0]?.id}/signatures`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ purpose: 'test', content: 'Y29udGVudA==' }),
  });
  const verified = await ask(before.url, '/jpki/verify', { key: before.key, body: await signed.json() });
  const { verificationId } = verified.body;
  expect(verified.body.indication).toBe('TOTAL-PASSED');
  await running?.stop();
  running = undefined;

  // the data directory of a server that stands still: database, vault key, trust anchors
  await cp(used, restored, { recursive: true });
  await rm(used, { recursive: true });
  const after = await start(restored);
  expect((await fetch(`${after.url}/readyz`)).status).toBe(200);
  const read = await ask(after.url, `/jpki/verifications/${verificationId}`, { key: after.key });
  expect(read.body.attributes).toEqual(verified.body.attributes);
  expect(read.body.checks).toEqual(verified.body.checks);
  const audit = await runInTerminal(['audit', 'verify', '--json'], envOf(restored));
  const { sound, lines } = JSON.parse(audit.out.join(''));
  expect([audit.code, sound, lines > 0]).toEqual([0, true, true]);
});
