import { type CryptoKey, createLocalJWKSet, errors, type JSONWebKeySet, type JWSHeaderParameters } from 'jose';
import type { Clock } from '../clock.ts';
import type { HttpClient } from '../http-client/http-client.ts';
import type { Log } from '../log.ts';
import { TokenRefused } from './token-refused.ts';

export interface KeySetParts {
  readonly url: string;
  readonly httpClient: Pick<HttpClient, 'get'>;
  readonly clock: Clock;
  readonly log: Log;
  /** For one fetch of the keys. */
  readonly timeoutMs: number;
}

/** The key that a token's header names; TokenRefused where there is none, or it cannot be told. */
export type FindKey = (header: JWSHeaderParameters) => Promise<CryptoKey>;

const MAX_BYTES = 262_144;
const MEDIA_TYPES = 'application/jwk-set+json, application/json';
/** However many tokens name an unknown key, the server is asked once in that time. */
const COOLDOWN_MS = 5_000;
/** Older keys are fetched anew beside the request that needs one: a key that was withdrawn ends so. */
const FRESH_MS = 300_000;
/** Keys that could not be fetched anew are believed no longer than that. */
const STALE_MS = 86_400_000;

type KeySet = ReturnType<typeof createLocalJWKSet>;

/**
 * The authorization server's public keys. While it cannot be reached, keys that are known go on; a token by a key that is not
 * known cannot be judged then, and is neither accepted nor called wrong.
 */
export function createKeySet({ url, httpClient, clock, log, timeoutMs }: KeySetParts): FindKey {
  let keys: KeySet | undefined;
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let triedAt = Number.NEGATIVE_INFINITY;
  let fetching: Promise<void> | undefined;

  const fetchOnce = async (): Promise<void> => {
    triedAt = clock.now();
    const request = { url, accept: MEDIA_TYPES, timeoutMs, maxBytes: MAX_BYTES, isOwnParty: true };
    const outcome = await httpClient.get(request);
    const decoded = outcome.ok ? decodeKeySet(outcome.body) : undefined;
    if (decoded === undefined) {
      const failure = outcome.ok ? 'not-a-key-set' : outcome.failure;
      log.warn('oauth.keys-fetch-failed', { failure });
      return;
    }
    keys = decoded;
    fetchedAt = triedAt;
  };
  /** Those who come while it is under way wait for the same one; nobody asks again before the cooldown is over. */
  const refresh = async (): Promise<void> => {
    if (fetching === undefined && clock.now() - triedAt >= COOLDOWN_MS) {
      fetching = fetchOnce().finally(() => {
        fetching = undefined;
      });
    }
    await fetching;
  };

  return async (header) => {
    const age = () => clock.now() - fetchedAt;
    const known = age() < STALE_MS ? await find(keys, header) : undefined;
    if (known !== undefined) {
      if (age() >= FRESH_MS) refresh().catch(() => undefined);
      return known;
    }
    await refresh();
    const found = age() < STALE_MS ? await find(keys, header) : undefined;
    if (found !== undefined) return found;
    // the last attempt failed: the key may be there
    if (fetchedAt < triedAt) throw new TokenRefused('authorization-server-unavailable');
    throw new TokenRefused('token-invalid', 'the key is not one of the authorization server');
  };
}

function decodeKeySet(body: Uint8Array): KeySet | undefined {
  try {
    return createLocalJWKSet(JSON.parse(Buffer.from(body).toString('utf8')) as JSONWebKeySet);
  } catch {
    return undefined;
  }
}

async function find(keys: KeySet | undefined, header: JWSHeaderParameters): Promise<CryptoKey | undefined> {
  try {
    return await keys?.(header);
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey) return undefined;
    throw error;
  }
}
