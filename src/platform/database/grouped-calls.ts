import { DatabaseUnavailable } from './database.ts';
import { wasRolledBack } from './database-error.ts';

export interface GroupedCallsOptions<Item, Outcome> {
  /** One call and one commit for all of them: their outcomes in the same order, or nothing was written. */
  readonly send: (lane: string, items: readonly Item[]) => Promise<readonly Outcome[]>;
  /** What an item takes for itself: no two items of a group share any of it. */
  readonly claimsOf: (item: Item) => readonly string[];
  /** Calls of a lane at once: while one waits for its commit, the next is prepared. */
  readonly mostInFlight: number;
  readonly mostInGroup: number;
  /** Whoever waited longer for a turn is told that the database cannot be used. */
  readonly longestWaitMs: number;
}

interface Waiting<Item, Outcome> {
  readonly item: Item;
  readonly since: number;
  resolve(outcome: Outcome): void;
  reject(error: unknown): void;
}

interface Lane<Item, Outcome> {
  waiting: Waiting<Item, Outcome>[];
  inFlight: number;
  isScheduled: boolean;
}

/**
 * Joins items of a lane (a tenant) that come about at the same time into one call: the round trip, the statements' start
 * and the flush of the log are paid once for all of them. Each is answered after the commit. A call that the database
 * undid is done again item by item, so that none fails for another.
 */
export function createGroupedCalls<Item, Outcome>(options: GroupedCallsOptions<Item, Outcome>) {
  const lanes = new Map<string, Lane<Item, Outcome>>();

  /** At the end of the turn of the event loop, when all that came in with it are here. */
  function schedule(name: string, lane: Lane<Item, Outcome>): void {
    if (lane.isScheduled || lane.waiting.length === 0 || lane.inFlight >= options.mostInFlight) return;
    lane.isScheduled = true;
    setImmediate(() => {
      lane.isScheduled = false;
      const group = takeGroup(lane, options);
      if (group.length > 0) void send(name, lane, group);
      rest(name, lane);
    });
  }

  async function send(name: string, lane: Lane<Item, Outcome>, group: readonly Waiting<Item, Outcome>[]) {
    lane.inFlight++;
    try {
      await settle(name, group);
    } finally {
      lane.inFlight--;
      rest(name, lane);
    }
  }

  function rest(name: string, lane: Lane<Item, Outcome>): void {
    schedule(name, lane);
    if (lane.inFlight === 0 && lane.waiting.length === 0) lanes.delete(name);
  }

  async function settle(name: string, group: readonly Waiting<Item, Outcome>[]): Promise<void> {
    try {
      const outcomes = await options.send(
        name,
        group.map(({ item }) => item),
      );
      for (const [index, { resolve }] of group.entries()) resolve(outcomes[index] as Outcome);
    } catch (error) {
      if (group.length > 1 && wasRolledBack(error)) {
        for (const one of group) await settle(name, [one]);
      } else {
        for (const { reject } of group) reject(error);
      }
    }
  }

  return (name: string, item: Item): Promise<Outcome> =>
    new Promise((resolve, reject) => {
      const lane = lanes.get(name) ?? { waiting: [], inFlight: 0, isScheduled: false };
      lanes.set(name, lane);
      lane.waiting.push({ item, since: performance.now(), resolve, reject });
      schedule(name, lane);
    });
}

/** The longest waiting first; who claims what another of the group has claimed waits for the next. */
function takeGroup<Item, Outcome>(
  lane: Lane<Item, Outcome>,
  { claimsOf, mostInGroup, longestWaitMs }: GroupedCallsOptions<Item, Outcome>,
): readonly Waiting<Item, Outcome>[] {
  const tooOld = performance.now() - longestWaitMs;
  const claimed = new Set<string>();
  const group: Waiting<Item, Outcome>[] = [];
  const left: Waiting<Item, Outcome>[] = [];
  for (const one of lane.waiting) {
    if (one.since < tooOld) {
      one.reject(new DatabaseUnavailable(new Error('waited too long for a turn')));
      continue;
    }
    const claims = claimsOf(one.item);
    if (group.length >= mostInGroup || claims.some((claim) => claimed.has(claim))) {
      left.push(one);
      continue;
    }
    for (const claim of claims) claimed.add(claim);
    group.push(one);
  }
  lane.waiting = left;
  return group;
}
