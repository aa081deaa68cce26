import { AT } from '../../core/timestamp/composing.ts';
import { describeTimestampAuthority } from './authority-contract.ts';
import { createFakeTimestampAuthority } from './fake-timestamp-authority.ts';

describeTimestampAuthority('the fake', async () => {
  const authority = createFakeTimestampAuthority({ now: () => AT });
  return {
    ...{ authority, root: authority.root, now: AT },
    breakDown: () => authority.fail('timeout'),
    stop: async () => undefined,
  };
});
