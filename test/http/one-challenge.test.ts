import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type SandboxService, startSandboxService } from './sandbox-service.ts';

let service: SandboxService;
// with the times and the policy that are there when nothing is said
beforeAll(async () => {
  service = await startSandboxService();
});
afterAll(() => service?.stop());

it('of a hundred verifications at once over one challenge, exactly one passes and none is turned away', async () => {
  const issued = await service.ask('/jpki/challenges', { body: { kind: 'signature', purpose: 'test' } });
  const { challengeId, content } = issued.body;
  const body = await service.sign('mihon-taro', { challengeId, content });
  const answers = await Promise.all(Array.from({ length: 100 }, () => service.verify(body)));
  expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200]));
  const passed = answers.filter((answer) => answer.body.indication === 'TOTAL-PASSED');
  expect(passed).toHaveLength(1);
  const others = answers.filter((answer) => answer !== passed[0]);
  const failed = others.map(({ body: { checks } }) =>
    checks.filter((check) => check.outcome === 'failed').map((check) => check.check),
  );
  expect(new Set(failed.map(String))).toEqual(new Set(['challenge.unused']));
  const replayed = await service.verify(body);
  expect(replayed.body).toMatchObject({ indication: 'INDETERMINATE', subIndication: 'SIG_CONSTRAINTS_FAILURE' });
});
