import { describe, expect, it } from '@jest/globals';
import type { SandboxService } from './sandbox-service.ts';
import { withResident } from './with-resident.ts';

let service: SandboxService;
let resident: string;
withResident((started, created) => {
  service = started;
  resident = created;
});

/** What `POST /jpki/verify` says of a signature over a challenge of `kind`, by a certificate of `certificateKind`. */
async function verdictOver(kind: string, certificateKind: string) {
  const issued = await service.ask('/jpki/challenges', { body: { kind, purpose: 'test' } });
  expect(issued.status).toBe(201);
  const { challengeId, content } = issued.body;
  const { body } = await service.verify(await service.sign(resident, { kind: certificateKind, challengeId, content }));
  const failed = body.checks.filter(({ outcome }) => outcome === 'failed').map(({ check }) => check);
  return { kind: body.certificate?.kind, verdict: [body.indication, body.subIndication], failed };
}

describe.each(['digital-signature', 'user-authentication'])('a signature by a %s certificate', (certificateKind) => {
  it('over a `signature` challenge passes', async () => {
    expect(await verdictOver('signature', certificateKind)).toEqual({
      kind: certificateKind,
      verdict: ['TOTAL-PASSED', null],
      failed: [],
    });
  });

  it('over a `card-presence` challenge fails challenge.purpose, and that alone', async () => {
    expect(await verdictOver('card-presence', certificateKind)).toEqual({
      kind: certificateKind,
      verdict: ['INDETERMINATE', 'SIG_CONSTRAINTS_FAILURE'],
      failed: ['challenge.purpose'],
    });
  });
});
