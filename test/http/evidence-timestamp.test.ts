import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { verifyPackage } from '../../src/cli/evidence/verify-package.ts';
import type { Certificate } from '../../src/core/x509/certificate.ts';
import { decodeTrustAnchors } from '../../src/platform/trust-anchors.ts';
import { readZip } from '../../src/platform/zip/read-zip.ts';
import { hasOpenssl, openssl, temporaryFolder } from '../sandbox/world.ts';
import { base64, newResident, type SandboxService, startSandboxService } from './sandbox-service.ts';

let service: SandboxService;
let resident: string;
let timestampAnchors: readonly Certificate[];
beforeAll(async () => {
  service = await startSandboxService();
  resident = await newResident(service);
  const root = await fetch(`${service.sandboxUrl}/timestamp/trust-anchors`);
  timestampAnchors = decodeTrustAnchors(Buffer.from(await root.arrayBuffer()));
});
afterEach(() => service.sandbox('DELETE', '/faults'));
afterAll(() => service?.stop());

const breakTsa = (fault: string) =>
  service.sandbox('PUT', '/faults', { faults: [{ target: 'timestamp', fault, delayMs: 120_000 }] });

async function verificationOf(content: string): Promise<string> {
  const { body } = await service.verify(await service.sign(resident, { content: base64(content) }));
  expect(body.indication).toBe('TOTAL-PASSED');
  return body.verificationId;
}

async function exportOf(id: string): Promise<Buffer> {
  const headers = { Authorization: `Bearer ${service.apiKey}` };
  const response = await fetch(`${service.url}/jpki/verifications/${id}/evidence`, { headers });
  expect(response.status).toBe(200);
  return Buffer.from(await response.arrayBuffer());
}

const verdictOf = (octets: Buffer) => verifyPackage(octets, { anchors: [], keys: [], timestampAnchors });

async function sealedExportOf(id: string): Promise<Buffer> {
  for (;;) {
    const octets = await exportOf(id);
    if ((await verdictOf(octets)).auditLines.waiting === 0) return octets;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

it('a package is stamped as npm start runs it, and the same when the authority is gone', async () => {
  const id = await verificationOf('stamped');
  const octets = await sealedExportOf(id);
  expect(await verdictOf(octets)).toMatchObject({ faults: [], timestamp: { trusted: true, tsa: 'Sandbox TSA' } });
  await breakTsa('reset');
  expect((await exportOf(id)).equals(octets)).toBe(true);
});

const withOpenssl = hasOpenssl ? it : it.skip;
withOpenssl('openssl ts takes the time stamp of a package that was exported', async () => {
  const folder = temporaryFolder();
  try {
    const entries = await readZip(await exportOf(await verificationOf('openssl')), { entries: 64, size: 2 ** 24 });
    const extracted = (wanted: string) =>
      folder.write(wanted, Buffer.from(entries.find(({ name }) => name === wanted)?.octets ?? []));
    const root = folder.write('tsa.pem', await (await fetch(`${service.sandboxUrl}/timestamp/trust-anchors`)).text());
    const manifest = extracted('manifest.json');
    const token = ['-in', extracted('manifest.tst'), '-token_in', '-CAfile', root];
    expect(await openssl('ts', '-verify', '-data', manifest, ...token)).toContain('Verification: OK');
    expect(await openssl('ts', '-verify', '-data', root, ...token)).toContain('Verification: FAILED');
  } finally {
    folder.remove();
  }
});

it.each(['reset', 'http-error', 'redirect', 'rejection', 'wrong-imprint', 'replayed-nonce', 'wrong-signer', 'stale'])(
  'an authority that does not what it should holds up no package, and nothing of it is believed: %s',
  async (fault) => {
    const id = await verificationOf(fault);
    await breakTsa(fault);
    expect(await verdictOf(await exportOf(id))).toMatchObject({ faults: [], differences: [], timestamp: null });
    const told = service.lines.filter(({ event }) => event === 'timestamp.fetch-failed');
    expect(told.length).toBeGreaterThan(0);
    await service.sandbox('DELETE', '/faults');
    expect(await verdictOf(await exportOf(id))).toMatchObject({ faults: [], timestamp: { trusted: true } });
  },
);

it('one that stalls is waited for as long as is set', async () => {
  const impatient = await startSandboxService({ TSA_TIMEOUT_MS: '100' });
  try {
    const someone = await newResident(impatient);
    const { body } = await impatient.verify(await impatient.sign(someone, { content: base64('stalled') }));
    const faults = [{ target: 'timestamp', fault: 'delay', delayMs: 120_000 }];
    await impatient.sandbox('PUT', '/faults', { faults });
    const response = await fetch(`${impatient.url}/jpki/verifications/${body.verificationId}/evidence`, {
      headers: { Authorization: `Bearer ${impatient.apiKey}` },
    });
    expect(await verdictOf(Buffer.from(await response.arrayBuffer()))).toMatchObject({ faults: [], timestamp: null });
    expect(impatient.lines).toContainEqual({
      event: 'timestamp.fetch-failed',
      facts: expect.objectContaining({ code: 'timeout' }),
    });
  } finally {
    await impatient.stop();
  }
});
