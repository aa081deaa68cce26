import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { encodeIntegerOctets } from '../../src/core/der/writer.ts';
import type { Certificate } from '../../src/core/x509/certificate.ts';
import { decodeCertificate } from '../../src/core/x509/decode-certificate.ts';
import { RIGHTS } from '../../src/features/rights.ts';
import { SCOPES } from '../../src/features/tenants/caller.ts';
import type { RawSignatureRequest } from '../../src/features/verification/wire.ts';
import { readZip } from '../../src/platform/zip/read-zip.ts';
import { contract, validateResponse } from './contract.ts';
import { holds, piecesOf } from './octets-within.ts';
import { base64, newResident, type SandboxService, startSandboxService } from './sandbox-service.ts';

interface Tenant {
  readonly name: string;
  readonly key: string;
  readonly clientId: string;
}

/** What a tenant has to call with. */
interface Own {
  readonly tenant: Tenant;
  readonly verificationId: string;
  readonly subjectId: string;
  readonly legalHoldId: string;
}

type Call = readonly [path: string, body?: unknown];

/** How each operation is called; one that is not here fails the test. Deletions come last. */
const CALLS: Readonly<Record<string, (own: Own) => readonly Call[]>> = {
  issueChallenge: () => [['/jpki/challenges', { kind: 'signature', purpose: 'test' }]],
  verify: () => [['/jpki/verify', { purpose: 'test', signature: { format: 'cms', value: 'AAAA' } }]],
  listVerifications: ({ subjectId }) => [
    ['/jpki/verifications?limit=500'],
    [`/jpki/verifications?subject=${subjectId}`],
  ],
  readVerification: ({ verificationId }) => [[`/jpki/verifications/${verificationId}`]],
  exportEvidence: ({ verificationId }) => [[`/jpki/verifications/${verificationId}/evidence`]],
  listSubjects: () => [['/jpki/subjects']],
  readSubject: ({ subjectId }) => [[`/jpki/subjects/${subjectId}`]],
  endRelation: ({ subjectId }) => [[`/jpki/subjects/${subjectId}/relation`, { endedOn: '2026-03-31' }]],
  placeLegalHold: ({ subjectId }) => [['/jpki/legal-holds', { subjectId, reason: 'litigation' }]],
  listLegalHolds: () => [['/jpki/legal-holds']],
  liftLegalHold: ({ legalHoldId }) => [[`/jpki/legal-holds/${legalHoldId}`]],
  listAuditEvents: () => [['/jpki/audit-events?limit=500'], ['/jpki/audit-events?format=ndjson']],
  listAuditSeals: () => [['/jpki/audit-seals']],
  listTenants: () => [['/admin/tenants']],
  readTenant: ({ tenant }) => [[`/admin/tenants/${tenant.name}`]],
  createClient: () => [['/admin/clients', { scopes: ['verify'] }]],
  listClients: () => [['/admin/clients']],
  readClient: ({ tenant }) => [[`/admin/clients/${tenant.clientId}`]],
  changeClient: ({ tenant }) => [[`/admin/clients/${tenant.clientId}`, { name: 'changed' }]],
  rotateClientKey: ({ tenant }) => [[`/admin/clients/${tenant.clientId}/keys`, {}]],
  healthz: () => [['/healthz']],
  readyz: () => [['/readyz']],
  metrics: () => [['/metrics']],
  openapi: () => [['/openapi.yaml']],
  docs: () => [['/docs']],
  deleteVerification: ({ verificationId }) => [[`/jpki/verifications/${verificationId}`]],
  deleteSubject: ({ subjectId }) => [[`/jpki/subjects/${subjectId}`]],
  listDeletionRecords: () => [['/jpki/deletion-records']],
  revokeClient: ({ tenant }) => [[`/admin/clients/${tenant.clientId}/revocation`]],
};

let service: SandboxService;
let certificates: Certificate[];
beforeAll(async () => {
  service = await startSandboxService();
});
afterAll(() => service?.stop());

async function createTenant(name: string, role: string): Promise<Tenant> {
  await service.jpki('tenants', 'create', name, '--role', role);
  const scopes = ['--scopes', SCOPES.join(',')];
  const made = await service.jpki<{ apiKey: string; clientId: string }>(
    'clients',
    'create',
    '--tenant',
    name,
    ...scopes,
  );
  return { name, key: made.apiKey, clientId: made.clientId };
}

/** Every octet that a tenant is answered, with the headers. */
class Answers {
  readonly octets: Buffer[] = [];
  readonly packages: Buffer[] = [];

  async ask(key: string, method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const type: Record<string, string> = body === undefined ? {} : { 'Content-Type': 'application/json' };
    const response = await fetch(service.url + path, {
      method,
      headers: { Authorization: `Bearer ${key}`, ...type, ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const octets = Buffer.from(await response.arrayBuffer());
    this.octets.push(octets, Buffer.from(JSON.stringify([...response.headers])));
    const mediaType = response.headers.get('content-type') ?? '';
    const isZip = mediaType === 'application/zip';
    if (isZip) this.packages.push(octets);
    const json = /[/+]json(;|$)/.test(mediaType) ? JSON.parse(octets.toString()) : undefined;
    validateResponse(method, new URL(path, service.url).pathname, response.status, mediaType, json);
    return json;
  }
}

/** Signatures of every format, to be verified by every method: one whose certificate stays good, and one whose is revoked. */
async function signAll(role: string): Promise<readonly object[]> {
  const requests: object[] = [];
  for (const isLost of [true, false]) {
    const resident = await newResident(service);
    for (const method of ['ocsp', 'crl', 'ocsp-then-crl']) {
      for (const format of ['raw', 'cms']) {
        const body = await service.sign(resident, { content: base64(`${role} ${method}`), format });
        const { certificate } = body.signature as RawSignatureRequest;
        if (certificate !== undefined) certificates.push(decodeCertificate(Buffer.from(certificate, 'base64')));
        requests.push({ ...body, revocation: { method } });
      }
    }
    if (isLost) await service.sandbox('POST', `/residents/${resident}/life-events`, { type: 'loss' });
  }
  return requests;
}

/** Verifications, replayed, read again and taken as packages; then every operation. */
async function answersTo(role: string): Promise<Answers> {
  const tenant = await createTenant(role, role);
  const answers = new Answers();
  const own = { tenant, verificationId: '', subjectId: '', legalHoldId: '' };
  certificates = [];
  const indications = new Set<string>();
  for (const [place, request] of (await signAll(role)).entries()) {
    const idempotency = { 'Idempotency-Key': `${place}` };
    const verdict = await answers.ask(tenant.key, 'POST', '/jpki/verify', request, idempotency);
    await answers.ask(tenant.key, 'POST', '/jpki/verify', request, idempotency);
    await answers.ask(tenant.key, 'GET', `/jpki/verifications/${verdict.verificationId}`);
    await answers.ask(tenant.key, 'GET', `/jpki/verifications/${verdict.verificationId}/evidence`);
    indications.add(verdict.indication);
    Object.assign(own, { verificationId: verdict.verificationId, subjectId: verdict.subject?.id ?? own.subjectId });
  }
  expect([...indications].sort()).toEqual(['TOTAL-FAILED', 'TOTAL-PASSED']);
  const hold = { subjectId: own.subjectId, reason: 'complaint' };
  own.legalHoldId = (await answers.ask(tenant.key, 'POST', '/jpki/legal-holds', hold)).legalHoldId;
  for (const [operationId, calls] of Object.entries(CALLS)) {
    const operation = contract.operations.find((one) => one.operationId === operationId);
    for (const [path, body] of calls(own))
      await answers.ask(tenant.key, (operation?.method ?? 'get').toUpperCase(), path, body);
  }
  return answers;
}

/** Not what names an algorithm of RSA's, as a time stamp and the certificate of its authority do too. */
const isItsOwn = (piece: Uint8Array): boolean => !Buffer.from(piece).includes(Buffer.from('2a864886f70d01', 'hex'));

/** What no answer to a service-provider may hold (公的個人認証法 52条): octets by what they are. */
function forbiddenOctets(): Readonly<Record<string, readonly Uint8Array[]>> {
  const lists = readdirSync(service.crlDirectory).filter((name) => name.endsWith('.crl'));
  expect(lists.length).toBeGreaterThan(0);
  const crls = lists.map((name) => new Uint8Array(readFileSync(join(service.crlDirectory, name))));
  return {
    'a serial number as DER': certificates.map(({ serialNumber }) => encodeIntegerOctets(serialNumber.octets)),
    // not its attributes, which are answered: its beginning, its key, its signature
    'a certificate': certificates.flatMap(({ der, subjectPublicKeyInfo }) =>
      [der.subarray(0, 96), subjectPublicKeyInfo.der, der.subarray(-256)]
        .flatMap((part) => piecesOf(part))
        .filter(isItsOwn),
    ),
    // not its names, which those of other sandbox authorities are like: its signature
    'a CRL': crls.flatMap((der) => piecesOf(der.subarray(-256))),
    // id-pkix-ocsp-basic, and the CertID of RFC 6960 begins with the hash of the issuer's name
    'an OCSP response': [Buffer.from('06092b0601050507300101', 'hex')],
  };
}

/** … and words. */
function forbiddenWords(): Readonly<Record<string, RegExp>> {
  const serials = certificates.map(
    ({ serialNumber: { hex } }) => `\\b(${hex}|${hex.replace(/^0+/, '')}|${BigInt(`0x${hex}`)})\\b`,
  );
  return {
    'a serial number': new RegExp(serials.join('|'), 'i'),
    'the keyed hash of a serial': /"serialNumberMac":\s*"/,
    'the id of a certificate': /"crt_/,
    'a number or a name of a CRL': /"crlNumber"|"distributionPoint"|cn=CRLDP/i,
    'where was asked': /127\.0\.0\.1:\d+|\.crl\b/,
  };
}

/** What is of the deployment and open to all says which lists are on the shelf, not whose. */
const isPublic = (text: string) => text.includes('"gateway":') || text.startsWith('openapi:') || text.startsWith('<!');

function found({ octets }: Answers): string[] {
  const all = Buffer.concat(octets);
  const texts = octets
    .map((one) => one.toString('latin1'))
    .filter((text) => !isPublic(text))
    .join('\n');
  const seen = Object.entries(forbiddenOctets()).filter(([, secrets]) => secrets.some((secret) => holds(all, secret)));
  const said = Object.entries(forbiddenWords()).filter(([, pattern]) => pattern.test(texts));
  return [...seen, ...said].map(([what]) => what);
}

it('every operation that the role may call is walked', () => {
  const open = Object.entries(RIGHTS).filter(([, right]) => right?.roles.includes('service-provider') ?? true);
  expect(Object.keys(CALLS).sort()).toEqual(open.map(([operationId]) => operationId).sort());
});

it('a service-provider is given no certificate, serial, CRL or OCSP response in any answer, export or package', async () => {
  const answers = await answersTo('service-provider');
  expect(answers.packages).toHaveLength(13);
  expect(found(answers)).toEqual([]);
  for (const octets of answers.packages) {
    const entries = await readZip(octets, { entries: 64, size: 2 ** 20 });
    const names = entries.map(({ name }) => name).filter((name) => !name.startsWith('manifest.'));
    const given = ['cover.html', 'verification.json', 'report.json', 'policy.json', 'audit.json', 'timestamps.json'];
    expect(names.filter((name) => !given.includes(name))).toEqual([]);
  }
}, 300_000);

it('a verifier is, so that the test above can see', async () => {
  expect(found(await answersTo('verifier'))).toEqual([
    ...['a serial number as DER', 'a certificate', 'a CRL', 'an OCSP response'],
    ...['the keyed hash of a serial', 'the id of a certificate', 'where was asked'],
  ]);
}, 300_000);
