import { acceptEvidence } from '../../src/core/revocation/evidence.ts';
import type { SignedStatus } from '../../src/core/revocation/status.ts';
import type {
  GatheredRevocation,
  RevocationGateway,
  RevocationQuestion,
} from '../../src/gateway/jlis/gather-revocation.ts';

/** A gateway that answers as it is told, at once, and remembers what it was asked. */
export interface FakeGateway extends RevocationGateway {
  readonly questions: RevocationQuestion[];
  says: SignedStatus | 'nothing';
  /** Awaited before each answer. */
  hold: () => Promise<void>;
}

export const FAKE_OCSP_RESPONSE = Buffer.from('an OCSP response with a SENTINEL-SERIAL inside');

export function createFakeGateway(): FakeGateway {
  const gateway: FakeGateway = {
    questions: [],
    says: { status: 'good' },
    hold: async () => undefined,
    async gatherRevocation(question) {
      gateway.questions.push(question);
      await gateway.hold();
      return answer(gateway.says, question.at);
    },
  };
  return gateway;
}

function answer(says: FakeGateway['says'], at: number): GatheredRevocation {
  const attempt = { method: 'ocsp' as const, source: 'fake', thisUpdate: null, ageSeconds: null };
  if (says === 'nothing') {
    const refusal = { refused: 'timeout' as const, detail: 'no answer in time' };
    return { status: 'undetermined', evidence: null, attempts: [{ ...attempt, outcome: 'refused', refusal }] };
  }
  const evidence = acceptEvidence({
    method: 'ocsp',
    says,
    thisUpdate: at - 1000,
    nextUpdate: at + 3_600_000,
    producedAt: at - 1000,
    crlNumber: null,
    der: FAKE_OCSP_RESPONSE,
  });
  return {
    status: says.status,
    evidence,
    attempts: [{ ...attempt, outcome: 'accepted', refusal: null }],
    ocspResponse: FAKE_OCSP_RESPONSE,
  };
}
