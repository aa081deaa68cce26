import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { verifyPackage } from '../../src/cli/evidence/verify-package.ts';
import { readZip } from '../../src/platform/zip/read-zip.ts';
import { runInTerminal } from '../cli/terminal.ts';
import { base64, newResident, type SandboxService, startSandboxService } from './sandbox-service.ts';

let service: SandboxService;
let resident: string;
let key: string;
let provider: string;
beforeAll(async () => {
  service = await startSandboxService();
  resident = await newResident(service);
  key = await createKey('bank-a', 'verifier');
  provider = await createKey('shop-b', 'service-provider');
});
afterAll(() => service?.stop());

async function createKey(tenant: string, role: string): Promise<string> {
  await service.jpki('tenants', 'create', tenant, '--role', role);
  const scopes = ['--scopes', 'verify,reports:export'];
  return (await service.jpki<{ apiKey: string }>('clients', 'create', '--tenant', tenant, ...scopes)).apiKey;
}

async function verifyWith(apiKey: string, method: string): Promise<string> {
  const body = await service.sign(resident, { content: base64(`by ${method}`) });
  const { body: answer } = await service.ask('/jpki/verify', {
    ...{ key: apiKey, method: 'POST', body: { ...body, revocation: { method } } },
  });
  expect(answer.indication).toBe('TOTAL-PASSED');
  return answer.verificationId;
}

async function exportOf(apiKey: string, id: string): Promise<Buffer> {
  const response = await fetch(`${service.url}/jpki/verifications/${id}/evidence`, {
    headers: { Authorization: `Bearer ${apiKey}` },
  });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/zip');
  expect(response.headers.get('content-disposition')).toBe(`attachment; filename="${id}.zip"`);
  return Buffer.from(await response.arrayBuffer());
}

async function sealedExportOf(apiKey: string, id: string): Promise<Buffer> {
  for (;;) {
    const octets = await exportOf(apiKey, id);
    const verdict = await verifyPackage(octets, { anchors: [], keys: [] });
    expect(verdict).toMatchObject({ faults: [], differences: [] });
    if (verdict.auditLines.waiting === 0) return octets;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

it.each(['ocsp', 'crl'])('a verification by %s is judged again from its package alone', async (method) => {
  const id = await verifyWith(key, method);
  const octets = await sealedExportOf(key, id);
  expect((await sealedExportOf(key, id)).equals(octets)).toBe(true);
  const seals = await service.ask('/jpki/audit-seals', { key });
  const roots = await (await fetch(`${service.sandboxUrl}/trust-anchors`)).text();
  const place = (name: string) => join(service.crlDirectory, '..', name);
  await writeFile(place('package.zip'), octets);
  await writeFile(place('seals.json'), seals.text);
  await writeFile(place('roots.pem'), roots);
  await writeFile(place('tsa.pem'), await (await fetch(`${service.sandboxUrl}/timestamp/trust-anchors`)).text());
  const keys = ['--trust', place('seals.json'), '--trust', place('tsa.pem')];
  const trust = [...keys, '--anchor', place('roots.pem')];
  const { code, out } = await runInTerminal(['evidence', 'verify', place('package.zip'), ...trust], {});
  expect(out).toContainEqual(expect.stringContaining('the same verdict'));
  expect(code).toBe(0);
  expect((await runInTerminal(['evidence', 'verify', place('package.zip')], {})).code).toBe(3);
});

it('a container over a challenge, a challenge used twice, and a revoked certificate are judged again alike', async () => {
  const other = await newResident(service);
  const challenge = async () =>
    (await service.ask('/jpki/challenges', { key, body: { kind: 'signature', purpose: 'test' } })).body;
  const verify = async (body: object) => (await service.ask('/jpki/verify', { key, body })).body;
  const { challengeId, content } = await challenge();
  const { challengeId: unlike } = await challenge();
  const container = { ...(await service.sign(other, { content, format: 'cms' })) };
  const raw = await service.sign(other, { content });
  const { content: _content, ...bare } = raw.signature as unknown as Record<string, unknown>;
  const answers = [
    await verify({ ...container, challengeId: unlike }),
    await verify({ ...raw, signature: bare, challengeId }),
    await verify({ ...raw, signature: bare, challengeId }),
  ];
  const later = await service.sign(other, { content: base64('later') });
  await service.sandbox('POST', `/residents/${other}/life-events`, { type: 'loss' });
  answers.push(await verify(later));
  expect(answers.map(({ subIndication }) => subIndication)).toEqual([
    ...['SIG_CONSTRAINTS_FAILURE', null, 'SIG_CONSTRAINTS_FAILURE', 'REVOKED'],
  ]);
  for (const { verificationId, indication, subIndication } of answers) {
    const verdict = await verifyPackage(await exportOf(key, verificationId), { anchors: [], keys: [] });
    expect(verdict).toMatchObject({ indication, subIndication, judgedAgain: true, faults: [], differences: [] });
  }
});

it('a service-provider is given digests in place of certificate and list', async () => {
  const octets = await exportOf(provider, await verifyWith(provider, 'crl'));
  const entries = await readZip(octets, { entries: 64, size: 2 ** 24 });
  const names = entries.map(({ name }) => name);
  expect(names).not.toContain('certificate.der');
  expect(names).not.toContain('revocation/crl.der');
  const manifest = JSON.parse(
    Buffer.from(entries.find(({ name }) => name === 'manifest.json')?.octets ?? []).toString(),
  );
  expect(manifest.withheld.map(({ name }: { name: string }) => name)).toEqual(
    expect.arrayContaining(['certificate.der', 'revocation/crl.der']),
  );
  expect(octets.includes('"serialNumberMac":')).toBe(false);
});

it("another tenant's verification is not found, and an export is a line of the audit trail", async () => {
  const id = await verifyWith(key, 'ocsp');
  const { status, body } = await service.ask(`/jpki/verifications/${id}/evidence`, { key: provider });
  expect([status, body.code]).toEqual([404, 'verification-not-found']);
  await exportOf(key, id);
  const events = await service.ask(`/jpki/audit-events?act=evidence.export&target=${id}`, { key });
  expect(events.body.items).toHaveLength(1);
});
