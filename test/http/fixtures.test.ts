import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FIXTURE_NOW } from '../fixtures.ts';
import { FIXTURES, octetsOf, requestOf } from './fixture-requests.ts';
import { VERDICTS } from './fixture-verdicts.ts';
import type { Answer } from './request.ts';
import { type SandboxService, startSandboxService } from './sandbox-service.ts';

/** Where the URLs within leaf-urls.crt point. */
const CANARY_PORT = 18_089;

let service: SandboxService;
let contacts = 0;
/** The service runs in this process: every connection that it begins is told here. */
const watchConnections = (told: unknown) =>
  (told as { socket: Socket }).socket.on('connectionAttempt', (_address: string, port: number) => {
    if (port === CANARY_PORT) contacts += 1;
  });
beforeAll(async () => {
  subscribe('net.client.socket', watchConnections);
  // its trust anchors are those of the fixtures; its responder knows none of their serials
  service = await startSandboxService({}, { now: () => FIXTURE_NOW });
});
afterAll(async () => {
  await service?.stop();
  unsubscribe('net.client.socket', watchConnections);
});

function verdictOf({ status, body }: Answer): string {
  if (status !== 200) return `${status} ${body.code}`;
  const failed = body.checks.filter((one) => one.outcome === 'failed').map((one) => one.check);
  return `${body.indication} ${body.subIndication} ${failed}`;
}

/** In how little time is told by `npm run bench -- --only http.bad-input`. */
describe('every fixture has its verdict', () => {
  it.each(FIXTURES)('%s', async (name) => {
    const expected = VERDICTS[name] ?? (name.endsWith('.p7m') ? '422 cms-unreadable' : '422 certificate-unreadable');
    expect(verdictOf(await service.verify(requestOf(name)))).toBe(expected);
  });

  it('and the table names fixtures alone', () => {
    expect(Object.keys(VERDICTS).filter((name) => !FIXTURES.includes(name))).toEqual([]);
  });
});

it('a CMS signature shown as raw is not taken for one', async () => {
  const signature = {
    format: 'raw' as const,
    algorithm: 'RS256' as const,
    value: octetsOf('signed-attributes.sig'),
    certificate: octetsOf('leaf-digital-signature.crt'),
    content: octetsOf('signed-attributes.der'),
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

it('and a contact would have been seen', async () => {
  await fetch(`http://127.0.0.1:${CANARY_PORT}`).catch(() => undefined);
  expect(contacts).toBe(1);
});
