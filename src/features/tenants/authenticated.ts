import type { Caller } from './caller.ts';

/** Why nobody is let in: told to whom showed the whole key or token, and to nobody else. */
export type Refusal = 'unauthenticated' | 'key-expired' | 'key-revoked' | 'token-client-unknown' | 'tenant-suspended';

export type Authenticated =
  | {
      readonly ok: true;
      readonly caller: Caller;
      /** SHA-256 of the client certificates without which it may not call, in hexadecimal: its own, and its token's. */
      readonly certificates: readonly string[];
      /** When this ends by itself, in milliseconds. */
      readonly endsAt: number | null;
    }
  | { readonly ok: false; readonly code: Refusal };
