import { expect, it } from '@jest/globals';
import { DEPLOYMENT } from '../../../src/features/audit/line.ts';
import { lineOfRefused } from '../../../src/features/audit/refused-act.ts';
import { RIGHTS } from '../../../src/features/rights.ts';
import type { Caller } from '../../../src/features/tenants/caller.ts';
import type { RefusedCall } from '../../../src/platform/http/app.ts';
import { T0, TENANT } from './audit-world.ts';

const ID = 'ver_01kt0hzdw0ehgt3vw0rw49djt1';
const caller = { tenantId: TENANT } as Caller;
const principal = { clientId: 'cli_1', caller } as NonNullable<RefusedCall<Caller>['principal']>;
const call: RefusedCall<Caller> = {
  ...{ operationId: 'readVerification', code: 'verification-not-found', principal, scope: 'verify' },
  ...{ address: '192.0.2.1', requestId: 'req-1', id: ID },
};

it('says who wanted what, and was not let', () => {
  expect(lineOfRefused(call, T0)).toEqual({
    ...{ tenantId: TENANT, at: T0, actor: 'client:cli_1', right: 'verify', act: 'verification.read', target: ID },
    ...{ outcome: 'refused:verification-not-found', from: '192.0.2.1', requestId: 'req-1' },
  });
});

it('is the deployment’s own where nobody knows who called', () => {
  expect(lineOfRefused({ ...call, code: 'unauthenticated', principal: undefined }, T0)).toMatchObject({
    tenantId: DEPLOYMENT,
    actor: 'unknown',
    outcome: 'refused:unauthenticated',
  });
});

it.each([undefined, '', 'ver_x', `${ID}x`, '山田花子', 'ver_01KT0HZDW0EHGT3VW0RW49DJT1'])(
  'takes no other text for an id: %j',
  (id) => {
    expect(lineOfRefused({ ...call, id }, T0).target).toBeNull();
  },
);

it('names every operation that asks for a right, if only by itself', () => {
  for (const operationId of Object.keys(RIGHTS).filter((id) => RIGHTS[id] !== null)) {
    const { act, target } = lineOfRefused({ ...call, operationId, id: undefined }, T0);
    expect([operationId, act === 'request.refuse' ? target : null]).toEqual([
      operationId,
      act === 'request.refuse' ? operationId : null,
    ]);
  }
  expect(lineOfRefused({ ...call, operationId: 'toString' }, T0).act).toBe('request.refuse');
});
