import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { decodeCrl } from '../../src/core/revocation/decode-crl.ts';
import {
  type CertificateView,
  type Folder,
  NOW,
  openSandbox,
  type ResidentView,
  type TestSandbox,
  temporaryFolder,
} from './world.ts';

const NEWCOMER = {
  name: '転入　〓郎',
  nameSubstitutedAt: [3],
  dateOfBirth: '519991231',
  gender: '1',
  address: '大阪府大阪市北区新町１番地',
  municipality: '27127',
};

const certificates = async (sandbox: TestSandbox): Promise<readonly CertificateView[]> =>
  (await sandbox.get<{ items: ResidentView[] }>('/residents')).items.flatMap((each) => each.certificates);

describe('the sandbox', () => {
  it('starts without making a key, which would take it seconds', async () => {
    const folder = temporaryFolder();
    const sandbox = await openSandbox({ dataDir: folder.path });
    await sandbox.stop();
    expect(JSON.parse(readFileSync(`${folder.path}/sandbox.json`, 'utf8'))).toMatchObject({ generatedKeys: {} });
    folder.remove();
  });

  it('issues the same octets from the same seed at the same time, other numbers from another', async () => {
    const open = [await openSandbox({ seed: 'a' }), await openSandbox({ seed: 'a' }), await openSandbox({ seed: 'b' })];
    const [first, again, other] = await Promise.all(open.map(certificates));
    await Promise.all(open.map((each) => each.stop()));
    expect(again).toEqual(first);
    expect(other?.map(({ serialNumber }) => serialNumber)).not.toEqual(first?.map(({ serialNumber }) => serialNumber));
  });

  it('keeps its books between starts, keys and numbers included', async () => {
    const folder = temporaryFolder();
    const first = await openSandbox({ dataDir: folder.path });
    const newcomer = await first.post<ResidentView>('/residents', NEWCOMER);
    await first.post(`/residents/${newcomer.id}/life-events`, { type: 'renewal' });
    const before = await certificates(first);
    await first.stop();

    const second = await openSandbox({ dataDir: folder.path });
    expect(await certificates(second)).toEqual(before);
    const signed = await second.send('POST', `/residents/${newcomer.id}/signatures`, {});
    expect(signed.status).toBe(201);
    const next = await second.post<ResidentView>('/residents', NEWCOMER);
    const serials = [...before, ...next.certificates].map(({ kind, serialNumber }) => `${kind}/${serialNumber}`);
    expect(new Set(serials).size).toBe(serials.length);
    await second.stop();
    expect(readdirSync(folder.path)).toEqual(['sandbox.json']);
    folder.remove();
  });

  it('does not start on books that it cannot read, and leaves them', async () => {
    const folder = temporaryFolder();
    folder.write('sandbox.json', '{"version":2}');
    await expect(openSandbox({ dataDir: folder.path })).rejects.toThrow('another version');
    expect(readFileSync(`${folder.path}/sandbox.json`, 'utf8')).toBe('{"version":2}');
    writeFileSync(`${folder.path}/sandbox.json`, '{"vers');
    await expect(openSandbox({ dataDir: folder.path })).rejects.toThrow();
    folder.remove();
  });

  it('makes keys when its pool is used up, and keeps those too', async () => {
    const folder = temporaryFolder();
    const first = await openSandbox({ dataDir: folder.path });
    for (let i = 0; i < 11; i++) await first.post('/residents', NEWCOMER);
    const last = await first.post<ResidentView>('/residents', NEWCOMER);
    await first.stop();
    expect(readFileSync(`${folder.path}/sandbox.json`, 'utf8')).toContain('generated-0');
    const second = await openSandbox({ dataDir: folder.path });
    expect((await second.send('POST', `/residents/${last.id}/signatures`, {})).status).toBe(201);
    await second.stop();
    folder.remove();
  });

  it('fails to start on a port that is taken', async () => {
    const sandbox = await openSandbox();
    const port = Number(new URL(sandbox.url).port);
    await expect(openSandbox({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await sandbox.stop();
  });
});

describe('the API of the sandbox', () => {
  let sandbox: TestSandbox;
  let folder: Folder;
  beforeAll(async () => {
    folder = temporaryFolder();
    sandbox = await openSandbox({ crlDirectory: folder.path });
  });
  afterAll(async () => {
    await sandbox.stop();
    folder.remove();
  });

  it('gives a newcomer a card at once: certificates, flags, CRLs that speak of them', async () => {
    sandbox.clock.at = NOW + 3_600_000;
    const newcomer = await sandbox.post<ResidentView>('/residents', {
      ...NEWCOMER,
      tokens: [{ medium: 'card' }, { medium: 'smartphone' }],
    });
    expect(newcomer.certificates).toHaveLength(4);
    expect(newcomer).toMatchObject({ name: '転入　〓郎', nameSubstitutedAt: [3], alive: true });
    const published = readFileSync(`${folder.path}/digital-signature-2-27127.crl`);
    expect(decodeCrl(new Uint8Array(published)).thisUpdate).toBe(NOW + 3_600_000);
  });

  it('serves its contract, and does all that it lists', async () => {
    const text = await (await fetch(`${sandbox.url}/openapi.yaml`)).text();
    const document = parse(text) as { openapi: string; paths: Record<string, Record<string, unknown>> };
    expect(document.openapi).toBe('3.1.0');
    const fill = (path: string) =>
      path
        .replace('{residentId}', 'mihon-taro')
        .replace('{kind}', 'digital-signature')
        .replace('{name}', 'digital-signature-2-13221.crl')
        .replace('{request}', 'MAA%3D');
    for (const [path, item] of Object.entries(document.paths)) {
      for (const method of Object.keys(item).filter((each) => each !== 'parameters')) {
        const body = method === 'get' || method === 'delete' ? undefined : {};
        const response = await sandbox.send(method.toUpperCase(), fill(path), body);
        expect([path, method, response.status < 500 && response.status !== 404]).toEqual([path, method, true]);
      }
    }
    expect(sandbox.failures).toEqual([]);
  });

  it.each([
    ['POST', '/residents', { ...NEWCOMER, surprise: 1 }, 400, 'invalid-request', ''],
    ['POST', '/residents', { ...NEWCOMER, dateOfBirth: '1999' }, 400, 'invalid-request', '/dateOfBirth'],
    ['POST', '/residents', { ...NEWCOMER, address: '' }, 400, 'invalid-request', '/address'],
    ['POST', '/residents', { ...NEWCOMER, municipality: '99999' }, 400, 'municipality-unknown', undefined],
    ['POST', '/residents', [], 400, 'invalid-request', ''],
    ['POST', '/residents/mihon-taro/life-events', { type: 'holiday' }, 400, 'invalid-request', ''],
    ['POST', '/residents/mihon-taro/life-events', { type: 'move' }, 400, 'invalid-request', ''],
    ['POST', '/residents/mihon-taro/life-events', { type: 'loss', address: 'x' }, 400, 'invalid-request', ''],
    [
      'POST',
      '/residents/mihon-taro/life-events',
      { type: 'move', address: 'x', municipality: '99999' },
      400,
      'municipality-unknown',
      undefined,
    ],
    ['POST', '/residents/mihon-taro/signatures', { content: '*' }, 400, 'invalid-request', '/content'],
    ['POST', '/residents/mihon-taro/signatures', { algorithm: 'none' }, 400, 'invalid-request', '/algorithm'],
    [
      'PUT',
      '/faults',
      { faults: [{ target: 'ocsp', fault: 'other-distribution-point' }] },
      400,
      'invalid-request',
      '/faults/0/fault',
    ],
    ['PUT', '/faults', { faults: [{ target: 'crl', fault: 'unknown' }] }, 400, 'invalid-request', '/faults/0/fault'],
    ['PUT', '/faults', {}, 400, 'invalid-request', ''],
    ['PUT', '/responder', { signer: 'nobody' }, 400, 'invalid-request', '/signer'],
    ['GET', '/nowhere', undefined, 404, 'not-found', undefined],
    ['GET', '/residents/%E0%A4%A', undefined, 400, 'invalid-request', undefined],
    ['DELETE', '/residents', undefined, 405, 'method-not-allowed', undefined],
  ])('%s %s with %j is %i %s', async (method, path, body, status, code, pointer) => {
    const response = await sandbox.send(method, path, body);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    const problem = (await response.json()) as { status: number; code: string; errors?: { pointer: string }[] };
    expect([response.status, problem.code]).toEqual([status, code]);
    if (pointer !== undefined) expect(problem.errors?.map((each) => each.pointer)).toContain(pointer);
  });

  it('refuses what is no JSON, another media type, a body too large', async () => {
    const raw = (type: string, body: string) =>
      fetch(`${sandbox.url}/residents`, { method: 'POST', headers: { 'content-type': type }, body });
    expect((await raw('application/json', '{')).status).toBe(400);
    expect((await raw('text/plain', '{}')).status).toBe(415);
    expect((await raw('application/json', `"${'x'.repeat(1_100_000)}"`)).status).toBe(413);
    expect(sandbox.failures).toEqual([]);
  });
});
