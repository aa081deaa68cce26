import { describeTimestampAuthority } from '../../gateway/timestamp/authority-contract.ts';
import { T0 } from './audit-world.ts';
import { createStamper, TSA_ROOT } from './stamping.ts';

describeTimestampAuthority('the authority of these tests', async () => {
  const authority = createStamper({ now: () => T0 });
  return {
    ...{ authority, root: TSA_ROOT, now: T0 },
    breakDown: () => {
      authority.lie = 'fails';
    },
    stop: async () => undefined,
  };
});
