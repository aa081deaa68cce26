import type { Instant } from '../instant.ts';

/**
 * What is on file about the challenge that a request names. `none`: it names none. `unknown`: not issued to this tenant,
 * whoever else it may belong to.
 */
export type ChallengeFacts =
  | { readonly state: 'none' }
  | { readonly state: 'unknown' }
  | {
      readonly state: 'known';
      readonly kind: 'signature' | 'card-presence';
      readonly purpose: string;
      /** The exact bytes to sign. */
      readonly content: Uint8Array;
      readonly issuedAt: Instant;
      readonly expiresAt: Instant;
      readonly usedAt: Instant | null;
    };
