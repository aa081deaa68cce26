import { sign } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { VerifyRequest } from '../../src/features/verification/wire.ts';
import { FIXTURE_NOW, readFixture, readKey } from '../fixtures.ts';
import { VERDICTS } from './fixture-verdicts.ts';
import type { Answer } from './request.ts';
import { type SandboxService, startSandboxService } from './sandbox-service.ts';

/** Where the URLs within leaf-urls.crt point. */
const CANARY_PORT = 18_089;
/** Of the processor's time, client and sandbox included: other tests run beside this one. The best of three counts. */
const TRIES = 3;
const LIMIT_MS = 50;

let service: SandboxService;
let canary: Server;
let contacts = 0;
beforeAll(async () => {
  canary = createServer((socket) => {
    contacts += 1;
    socket.destroy();
  }).listen(CANARY_PORT, '127.0.0.1');
  await once(canary, 'listening');
  // its trust anchors are those of the fixtures; its responder knows none of their serials
  service = await startSandboxService({}, { now: () => FIXTURE_NOW });
  for (let i = 0; i < 10; i += 1) await service.verify(requestOf('leaf-digital-signature.crt'));
});
afterAll(async () => {
  await service?.stop();
  canary.close();
});

const base64 = (name: string) => Buffer.from(readFixture(name)).toString('base64');
const content = base64('content.bin');
const files = readdirSync(new URL('../../fixtures/certs/', import.meta.url)).filter((name) =>
  /\.(crt|p7m|der|bin|crl|sig)$/.test(name),
);

/** The fixture as container, or as certificate of a signature that its own key made, so that it alone decides. */
function requestOf(name: string): VerifyRequest {
  if (name.endsWith('.p7m')) {
    const detached = name === 'cms-detached.p7m' ? { content } : {};
    return { purpose: 'test', signature: { format: 'cms', value: base64(name), ...detached } };
  }
  const key = readKey(hasKey(name) ? name : 'leaf-digital-signature.crt');
  const curve = key.asymmetricKeyDetails?.namedCurve;
  const algorithm = curve === undefined ? 'RS256' : curve === 'prime256v1' ? 'ES256' : 'ES384';
  const value = sign(algorithm === 'ES384' ? 'sha384' : 'sha256', readFixture('content.bin'), key).toString('base64');
  return { purpose: 'test', signature: { format: 'raw', algorithm, value, certificate: base64(name), content } };
}

function hasKey(name: string): boolean {
  try {
    return readKey(name) !== undefined;
  } catch {
    return false;
  }
}

function verdictOf({ status, body }: Answer): string {
  if (status !== 200) return `${status} ${body.code}`;
  const failed = body.checks.filter((one) => one.outcome === 'failed').map((one) => one.check);
  return `${body.indication} ${body.subIndication} ${failed}`;
}

describe('every fixture has its verdict, in little time', () => {
  it.each(files)('%s', async (name) => {
    const times: number[] = [];
    const verdicts = new Set<string>();
    for (let i = 0; i < TRIES; i += 1) {
      const request = requestOf(name);
      const before = process.cpuUsage();
      verdicts.add(verdictOf(await service.verify(request)));
      const { user, system } = process.cpuUsage(before);
      times.push((user + system) / 1000);
    }
    const expected = VERDICTS[name] ?? (name.endsWith('.p7m') ? '422 cms-unreadable' : '422 certificate-unreadable');
    expect([...verdicts]).toEqual([expected]);
    expect(Math.min(...times)).toBeLessThan(LIMIT_MS);
  });

  it('and the table names fixtures alone', () => {
    expect(Object.keys(VERDICTS).filter((name) => !files.includes(name))).toEqual([]);
  });
});

it('a CMS signature shown as raw is not taken for one', async () => {
  const signature = {
    format: 'raw' as const,
    algorithm: 'RS256' as const,
    value: base64('signed-attributes.sig'),
    certificate: base64('leaf-digital-signature.crt'),
    content: base64('signed-attributes.der'),
  };
  expect(verdictOf(await service.verify({ purpose: 'test', signature }))).toBe(
    'INDETERMINATE SIG_CONSTRAINTS_FAILURE content.unambiguous',
  );
});

it.each(['ocsp', 'crl', 'ocsp-then-crl'] as const)(
  'by %s, no URL within a certificate is contacted',
  async (method) => {
    const answer = await service.verify({ ...requestOf('leaf-urls.crt'), revocation: { method } });
    expect(verdictOf(answer)).toBe('INDETERMINATE TRY_LATER revocation.status');
    expect(answer.body.revocation?.attempts.length).toBeGreaterThan(0);
    expect(contacts).toBe(0);
  },
);
