import type { Clock } from '../clock.ts';
import type { Principal, RequestLimits } from './principal.ts';

export type WindowName = 'minute' | 'day' | 'month';

/** What is left in one window of time, for all replicas together, as of the last lease. */
export interface Window {
  readonly name: WindowName;
  readonly limit: number;
  readonly left: number;
  /** Milliseconds. */
  readonly endsAt: number;
  /** Its length in seconds, as the policy tells it. */
  readonly seconds: number;
}

/** Requests that this replica may let in without asking again, until the minute ends. */
export interface Lease {
  readonly granted: number;
  /** Milliseconds; names the minute that the lease is of. */
  readonly minuteStartsAt: number;
  /** The minute first. */
  readonly windows: readonly Window[];
}

export interface LeaseRequest {
  readonly limits: RequestLimits;
  readonly wanted: number;
  /** What an earlier lease held and nobody used: given back. */
  readonly unspent: number;
  readonly unspentMinuteStartsAt: number;
  readonly at: number;
}

/** Where replicas share out what a client may do: never more is granted in a window than its limit. */
export type LeaseSource<Caller> = (caller: Caller, request: LeaseRequest) => Promise<Lease>;

export interface RateDecision {
  readonly admitted: boolean;
  readonly windows: readonly Window[];
  /** Requests of the lease that are left. */
  readonly held: number;
  readonly now: number;
  /** Which window is used up; only where not admitted. */
  readonly exhausted: Window | undefined;
}

export interface RateLimiter<Caller> {
  /** Takes one request of the client; asks the source only when the lease is used up. */
  take(principal: Principal<Caller>): RateDecision | Promise<RateDecision>;
  /** Gives back what is unspent. */
  close(): Promise<void>;
}

interface Account<Caller> {
  caller: Caller;
  limits: RequestLimits;
  held: number;
  minuteStartsAt: number;
  windows: readonly Window[];
  /** Of the lease. */
  endsAt: number;
  /** Until then it is known that there is nothing to be had. */
  refusedUntil: number;
  wanted: number;
  askedAt: number;
  asking: Promise<void> | undefined;
}

const MAX_CLIENTS = 10_000;
const FIRST_WANTED = 8;
const MOST_WANTED = 4_096;
/** A lease that lasts shorter is doubled the next time, one that lasts longer than ten times that is halved. */
const LEASE_MS = 1_000;
/** A limit may be raised, or another replica give back: so often it is asked again though nothing was left. */
const REFUSED_MS = 5_000;

/** Leases out of a shared source: most requests are decided in memory, and the sum over all replicas holds the limits. */
export function createRateLimiter<Caller>(source: LeaseSource<Caller>, clock: Clock): RateLimiter<Caller> {
  const accounts = new Map<string, Account<Caller>>();

  const ask = async (account: Account<Caller>, wanted: number): Promise<void> => {
    const at = clock.now();
    const isOver = at >= account.endsAt;
    const unspent = isOver ? account.held : 0;
    if (isOver) account.held = 0;
    const lease = await source(account.caller, {
      ...{ limits: account.limits, wanted, unspent, at },
      unspentMinuteStartsAt: account.minuteStartsAt,
    });
    // what is still held of the same minute stays good; of another it is lost to its minute, and counted there
    account.held = lease.minuteStartsAt === account.minuteStartsAt ? account.held + lease.granted : lease.granted;
    account.minuteStartsAt = lease.minuteStartsAt;
    account.windows = lease.windows;
    account.endsAt = Math.min(...lease.windows.map(({ endsAt }) => endsAt));
    account.refusedUntil = lease.granted > 0 ? 0 : Math.min(account.endsAt, at + REFUSED_MS);
  };

  const refill = (account: Account<Caller>): Promise<void> => {
    if (account.asking !== undefined) return account.asking;
    const lasted = clock.now() - account.askedAt;
    if (lasted < LEASE_MS) account.wanted = Math.min(MOST_WANTED, account.wanted * 2);
    else if (lasted > 10 * LEASE_MS) account.wanted = Math.max(FIRST_WANTED, account.wanted / 2);
    account.askedAt = clock.now();
    account.asking = ask(account, account.wanted).finally(() => {
      account.asking = undefined;
    });
    return account.asking;
  };

  const decide = (account: Account<Caller>): RateDecision | undefined => {
    const now = clock.now();
    const { windows, held } = account;
    if (held > 0 && now < account.endsAt) {
      account.held = held - 1;
      return { admitted: true, windows, held: held - 1, now, exhausted: undefined };
    }
    if (now >= account.refusedUntil) return undefined;
    const used = windows.filter(({ left }) => left <= 0);
    const exhausted = used.reduce<Window | undefined>((a, b) => (a && a.endsAt > b.endsAt ? a : b), undefined);
    return { admitted: false, windows, held: 0, now, exhausted: exhausted ?? windows[0] };
  };

  return {
    take(principal) {
      const account = accountOf(accounts, principal);
      const decision = decide(account);
      if (decision !== undefined) {
        // ahead of need, so that nobody waits while a busy client goes on
        if (decision.admitted && account.held * 4 < account.wanted && account.wanted > FIRST_WANTED) {
          if (account.asking === undefined) refill(account).catch(() => undefined);
        }
        return decision;
      }
      return (async () => {
        for (;;) {
          await refill(account);
          const later = decide(account);
          if (later !== undefined) return later;
        }
      })();
    },

    async close() {
      const at = clock.now();
      const held = [...accounts.values()].filter((account) => account.held > 0);
      await Promise.allSettled(
        held.map((account) =>
          source(account.caller, {
            ...{ limits: account.limits, wanted: 0, unspent: account.held, at },
            unspentMinuteStartsAt: account.minuteStartsAt,
          }),
        ),
      );
      accounts.clear();
    },
  };
}

/** The map keeps the order of last making; what a forgotten account held stays counted as used. */
function accountOf<Caller>(accounts: Map<string, Account<Caller>>, principal: Principal<Caller>): Account<Caller> {
  const { clientId, limits, caller } = principal;
  const known = accounts.get(clientId);
  if (known !== undefined) {
    if (known.limits !== limits && !isSame(known.limits, limits)) known.refusedUntil = 0;
    known.limits = limits;
    return known;
  }
  const account: Account<Caller> = {
    ...{ caller, limits, held: 0, minuteStartsAt: 0, windows: [], endsAt: 0, refusedUntil: 0 },
    ...{ wanted: FIRST_WANTED / 2, askedAt: 0, asking: undefined },
  };
  const oldest = accounts.keys().next();
  if (accounts.size >= MAX_CLIENTS && !oldest.done) accounts.delete(oldest.value);
  accounts.set(clientId, account);
  return account;
}

const isSame = (one: RequestLimits, other: RequestLimits): boolean =>
  one.perMinute === other.perMinute && one.perDay === other.perDay && one.perMonth === other.perMonth;

const secondsUntil = (instant: number, now: number): number => Math.max(1, Math.ceil((instant - now) / 1000));

/** The minute's is over soon; the day's and the month's are another matter. */
export const codeOfRefusal = ({ exhausted }: RateDecision): 'rate-limited' | 'quota-exceeded' =>
  exhausted === undefined || exhausted.name === 'minute' ? 'rate-limited' : 'quota-exceeded';

/** `RateLimit` and `RateLimit-Policy` as in draft-ietf-httpapi-ratelimit-headers; `r` is what all replicas have left. */
export function rateLimitHeaders({ admitted, windows, held, now, exhausted }: RateDecision): Record<string, string> {
  let policy = '';
  let rest = '';
  for (const { name, limit, left, endsAt, seconds } of windows) {
    const comma = policy === '' ? '' : ', ';
    policy += `${comma}"${name}";q=${limit};w=${seconds}`;
    rest += `${comma}"${name}";r=${left + held};t=${secondsUntil(endsAt, now)}`;
  }
  const headers: Record<string, string> = { 'RateLimit-Policy': policy, RateLimit: rest };
  if (!admitted && exhausted !== undefined) headers['Retry-After'] = String(secondsUntil(exhausted.endsAt, now));
  return headers;
}
