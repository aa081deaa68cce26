import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { decodeCertificate } from '../../src/core/x509/decode-certificate.ts';
import type { RawSignatureRequest } from '../../src/features/verification/wire.ts';
import { ask } from './request.ts';
import { base64, newResident, type SandboxService, startSandboxService } from './sandbox-service.ts';

let service: SandboxService;
let resident: string;
beforeAll(async () => {
  service = await startSandboxService();
  resident = await newResident(service);
});
afterAll(() => service?.stop());

async function createKey(tenant: string, role: string): Promise<string> {
  await service.jpki('tenants', 'create', tenant, '--role', role);
  const made = await service.jpki<{ apiKey: string }>(
    'clients',
    'create',
    '--tenant',
    tenant,
    '--scopes',
    'verify,admin',
  );
  return made.apiKey;
}

/** Everything that a tenant is answered about verifications by OCSP and by CRL: good ones, a revoked one, the audit trail. */
async function answersTo(key: string): Promise<{ text: string; certificate: Uint8Array }> {
  const texts: string[] = [];
  const call = async (path: string, body?: unknown) => {
    const answer = await ask(service.url, path, { key, ...(body === undefined ? {} : { body }) });
    texts.push(answer.text, JSON.stringify([...answer.headers]));
    return answer;
  };
  let certificate = new Uint8Array();
  for (const method of ['ocsp', 'crl', 'ocsp-then-crl']) {
    const body = await service.sign(resident, { content: base64(method) });
    certificate = new Uint8Array(Buffer.from((body.signature as RawSignatureRequest).certificate, 'base64'));
    const { body: verdict } = await call('/jpki/verify', { ...body, revocation: { method } });
    expect(verdict.indication).toBe('TOTAL-PASSED');
    await call(`/jpki/verifications/${verdict.verificationId}`);
  }
  await call('/jpki/verifications');
  await call('/jpki/audit-events');
  await call('/admin/tenants');
  await call('/admin/clients');
  return { text: texts.join('\n'), certificate };
}

/** What no answer to a service-provider may hold (公的個人認証法 52条), by what it is. */
function forbidden(certificate: Uint8Array): Readonly<Record<string, RegExp>> {
  const { serialNumber } = decodeCertificate(certificate);
  const der = Buffer.from(certificate);
  const lists = readdirSync(service.crlDirectory).filter((name) => name.endsWith('.crl'));
  expect(lists.length).toBeGreaterThan(0);
  const escaped = lists.map((name) => name.replaceAll(/[.\\+]/g, '\\$&'));
  return {
    'the certificate': new RegExp(der.subarray(30, 90).toString('base64').slice(4, 60).replaceAll('+', '\\+')),
    'the certificate in hexadecimal': new RegExp(der.subarray(30, 60).toString('hex'), 'i'),
    'the serial': new RegExp(`${serialNumber.hex}|${BigInt(`0x${serialNumber.hex}`)}`, 'i'),
    'the keyed hash of the serial': /"serialNumberMac":\s*"/,
    'the id of a certificate': /"crt_/,
    'a CRL': new RegExp(`crlNumber|distributionPoint|\\.crl|${escaped.join('|')}`),
    'where was asked': /127\.0\.0\.1:\d+\/|http:\/\//,
  };
}

it('a service-provider is shown no certificate, serial or CRL in any answer', async () => {
  const { text, certificate } = await answersTo(await createKey('provider', 'service-provider'));
  const shown = Object.entries(forbidden(certificate)).filter(([, pattern]) => pattern.test(text));
  expect(shown.map(([what]) => what)).toEqual([]);
});

it('a verifier is, so that the test above can see', async () => {
  const { text, certificate } = await answersTo(await createKey('verifier', 'verifier'));
  const shown = Object.entries(forbidden(certificate)).filter(([, pattern]) => pattern.test(text));
  expect(shown.map(([what]) => what)).toEqual(
    expect.arrayContaining(['the keyed hash of the serial', 'the id of a certificate', 'a CRL']),
  );
});
