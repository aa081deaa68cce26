import type { Log } from '../../platform/log.ts';
import type { TimestampAuthority } from './timestamp-authority.ts';

/** The same authority; whoever reads the log learns that it failed, and how. */
export const watchTimestampAuthority = (authority: TimestampAuthority, log: Log): TimestampAuthority => ({
  async fetchTimestamp(digest) {
    const fetched = await authority.fetchTimestamp(digest);
    if (!fetched.ok) log.warn('timestamp.fetch-failed', { code: fetched.code, detail: fetched.detail });
    return fetched;
  },
});
