import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { runDemo } from '../../src/cli/demo.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';

const PASSED = {
  verificationId: 'ver_1',
  indication: 'TOTAL-PASSED',
  subIndication: null,
  retryable: false,
  checks: [],
  revocation: null,
  attributes: null,
  legalMethod: null,
};

/** A service that believes everything. */
async function gullible(): Promise<{ url: string; server: Server; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    const challenge = { challengeId: 'chl_1', content: 'AAAA', expiresAt: '2026-06-01T03:05:00Z' };
    response.end(JSON.stringify(request.url === '/jpki/verify' ? PASSED : challenge));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server, asked };
}

const open: { stop(): Promise<void> | void }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.stop();
});

async function runAgainstGullible() {
  const log = { info: () => undefined, error: () => undefined };
  const sandbox = await startSandbox({ host: '127.0.0.1', port: 0, clock: { now: () => Date.now() }, log });
  const service = await gullible();
  open.push(sandbox, { stop: () => service.server.closeAllConnections() }, { stop: () => void service.server.close() });
  const lines: string[] = [];
  const print = (line: string) => void lines.push(line);
  const kept = await runDemo({ serviceUrl: service.url, sandboxUrl: sandbox.url, apiKey: 'jpk_x', print });
  return { kept, text: lines.join('\n'), asked: service.asked, sandboxUrl: sandbox.url };
}

describe('the tour', () => {
  it('fails when the service passes what it should refuse, and says what was promised', async () => {
    const { kept, text } = await runAgainstGullible();
    expect(kept).toBe(false);
    for (const promised of ['SIG_CONSTRAINTS_FAILURE', 'SIG_CRYPTO_FAILURE', 'EXPIRED', 'REVOKED', 'TRY_LATER']) {
      expect(text).toMatch(new RegExp(`expected [A-Z-]+ / ${promised}`));
    }
    expect(text).toContain('Something came otherwise');
  });

  it('goes through all of its scenes, with the API key, and leaves no fault behind', async () => {
    const { text, asked, sandboxUrl } = await runAgainstGullible();
    for (let scene = 1; scene <= 7; scene++) expect(text).toContain(`${scene}. `);
    expect(new Set(asked)).toEqual(new Set(['POST /jpki/challenges Bearer jpk_x', 'POST /jpki/verify Bearer jpk_x']));
    expect(await (await fetch(`${sandboxUrl}/faults`)).json()).toEqual({ faults: [] });
  });

  it('says how to start what does not answer', async () => {
    const lines: string[] = [];
    const nobody = 'http://127.0.0.1:9';
    const print = (line: string) => void lines.push(line);
    expect(await runDemo({ serviceUrl: nobody, sandboxUrl: nobody, apiKey: '', print })).toBe(false);
    expect(lines.join('\n')).toContain('npm start');
  });
});
