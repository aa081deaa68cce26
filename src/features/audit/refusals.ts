import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import type { Log } from '../../platform/log.ts';
import { appendAuditLines } from './append.ts';
import type { NewAuditLine } from './line.ts';

export interface RefusalDependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Log;
}

/** Refused acts change nothing, so they have no transaction of their own: their lines are written in batches. */
export interface Refusals {
  record(refusal: NewAuditLine): void;
  start(): void;
  /** Writes what is left, then resolves. */
  stop(): Promise<void>;
  /** Writes everything that was recorded by now, counted ones too. */
  flush(): Promise<void>;
}

const ROUND_MS = 1_000;
/** Of one kind (tenant, actor, act, outcome) in a minute: so many have a line each, the further ones are counted in one. */
const LINES_PER_KIND = 20;
/** Of all kinds in a minute. What goes beyond is counted by outcome alone: a flood must not fill memory or disk. */
const LINES_IN_ALL = 2_000;
const WINDOW_MS = 60_000;
const MOST_WAITING = 10_000;

interface Window {
  readonly since: number;
  lines: number;
  readonly linesByKind: Map<string, number>;
  readonly counted: Map<string, NewAuditLine & { count: number }>;
}

const newWindow = (since: number): Window => ({ since, lines: 0, linesByKind: new Map(), counted: new Map() });

/** Bounded lines for any number of refusals: each is in a line of its own or in the count of one. */
export function createRefusals({ database, clock, log }: RefusalDependencies): Refusals {
  let waiting: NewAuditLine[] = [];
  let window = newWindow(clock.now());

  const closeWindow = () => {
    waiting.push(...window.counted.values());
    window = newWindow(clock.now());
  };

  function countFurther(kind: string, refusal: NewAuditLine): void {
    const isKnown = window.counted.has(kind) || window.counted.size < LINES_IN_ALL;
    const key = isKnown ? kind : `${refusal.tenantId} ${refusal.outcome}`;
    const known = window.counted.get(key);
    if (known !== undefined) known.count += 1;
    else {
      const common = { ...refusal, target: null, from: null, requestId: null, count: 1 };
      window.counted.set(key, isKnown ? common : { ...common, actor: 'unknown', right: null, act: 'request.refuse' });
    }
  }

  async function write(): Promise<void> {
    const lines = waiting;
    waiting = [];
    for (const tenantId of new Set(lines.map((line) => line.tenantId))) {
      const own = lines.filter((line) => line.tenantId === tenantId);
      try {
        await database.inTenant(tenantId, (trx) => appendAuditLines(trx, own));
      } catch (error) {
        const room = MOST_WAITING - waiting.length;
        waiting.unshift(...own.slice(0, room)); // the database is away: tried again in the next round
        const lost = Math.max(0, own.length - room);
        if (lost > 0) log.error('audit.refusals-lost', { count: lost, error: error as Error });
      }
    }
  }

  let timer: NodeJS.Timeout | undefined;
  let round: Promise<void> = Promise.resolve();
  const flush = () => {
    closeWindow();
    return write();
  };
  return {
    record(refusal) {
      if (clock.now() - window.since >= WINDOW_MS) closeWindow();
      const kind = `${refusal.tenantId} ${refusal.actor} ${refusal.act} ${refusal.outcome}`;
      const lines = window.linesByKind.get(kind) ?? 0;
      if (lines >= LINES_PER_KIND || window.lines >= LINES_IN_ALL || waiting.length >= MOST_WAITING) {
        countFurther(kind, refusal);
        return;
      }
      window.lines += 1;
      window.linesByKind.set(kind, lines + 1);
      waiting.push(refusal);
    },
    start() {
      timer = setInterval(() => {
        if (clock.now() - window.since >= WINDOW_MS) closeWindow();
        round = round.then(write);
      }, ROUND_MS);
    },
    async stop() {
      clearInterval(timer);
      await round;
      await flush();
    },
    flush,
  };
}
