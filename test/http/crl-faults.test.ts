import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { VerifyRequest } from '../../src/features/verification/wire.ts';
import { CRL_CONTENT_FAULTS, type CrlContentFault } from '../../src/sandbox/faults/fault.ts';
import { base64, newResident, type SandboxService, startSandboxService } from './sandbox-service.ts';

/** What each is refused for: the file where it is read, or the list where it is asked about the certificate. */
const REASONS: Record<CrlContentFault, { readonly file?: string; readonly list: string }> = {
  truncated: { file: 'malformed', list: 'no-crl-for-distribution-point' },
  malformed: { file: 'malformed', list: 'no-crl-for-distribution-point' },
  stale: { list: 'stale' },
  future: { list: 'not-yet-valid' },
  'wrong-signer': { file: 'wrong-signature', list: 'no-crl-for-distribution-point' },
  'bad-signature': { file: 'wrong-signature', list: 'no-crl-for-distribution-point' },
  'no-distribution-point': { list: 'not-undivided' },
  'other-distribution-point': { list: 'no-crl-for-distribution-point' },
  'unknown-critical-extension': { file: 'unknown-critical-extension', list: 'no-crl-for-distribution-point' },
};

/** The list of the residents' municipality. */
const KIYOSE = 'digital-signature-2-13221.crl';

let service: SandboxService;
let good: VerifyRequest;
let lost: VerifyRequest;
beforeAll(async () => {
  service = await startSandboxService();
  const [resident, loser] = [await newResident(service), await newResident(service)];
  await service.sandbox('POST', `/residents/${loser}/life-events`, { type: 'loss' });
  good = await service.sign(resident, { content: base64('crl') });
  lost = await service.sign(loser, { content: base64('crl') });
});
afterAll(() => service?.stop());

const judge = async (body: VerifyRequest) => {
  const answer = await service.verify({ ...body, revocation: { method: 'crl' } });
  expect(answer.status).toBe(200);
  return answer.body;
};
const verdict = async (body: VerifyRequest) => {
  const { indication, subIndication } = await judge(body);
  return [indication, subIndication];
};

/**
 * Publishes all lists with these faults, each under a name that was never there: a broken file leaves what its predecessor
 * of the same name held, which would hide what is tried here.
 */
async function publish(prefix: string, faults: readonly string[]): Promise<void> {
  const { crlDirectory } = service;
  for (const name of await readdir(crlDirectory)) await rm(join(crlDirectory, name));
  await service.sandbox('PUT', '/faults', { faults: faults.map((fault) => ({ target: 'crl', fault })) });
  const names = await readdir(crlDirectory);
  expect(names).toContain(KIYOSE);
  for (const name of names) await rename(join(crlDirectory, name), join(crlDirectory, `${prefix}-${name}`));
  await sleep(1_000); // the directory of CRLs is looked at once a second
}

describe('a CRL that is broken, foreign, out of its time or its place never makes a “good”', () => {
  afterAll(() => service?.sandbox('DELETE', '/faults'));

  it.each(CRL_CONTENT_FAULTS)('%s', async (fault) => {
    await publish(fault, [fault]);
    for (const body of [good, lost]) {
      const { indication, subIndication, retryable, revocation, attributes } = await judge(body);
      expect([indication, subIndication, retryable]).toEqual(['INDETERMINATE', 'TRY_LATER', true]);
      expect([revocation?.status, attributes]).toEqual(['undetermined', null]);
      expect(new Set(revocation?.attempts.map((attempt) => attempt.refusal))).toEqual(new Set([REASONS[fault].list]));
    }
    const { file } = REASONS[fault];
    const read = service.lines.find(({ facts }) => facts.file === `${fault}-${KIYOSE}`);
    expect([read?.event, read?.facts.code]).toEqual([file === undefined ? 'crl.loaded' : 'crl.refused', file]);
  });

  it('and without a fault tells the good card from the lost one', async () => {
    await publish('sound', []);
    expect(await verdict(good)).toEqual(['TOTAL-PASSED', null]);
    expect(await verdict(lost)).toEqual(['TOTAL-FAILED', 'REVOKED']);
  });
});
