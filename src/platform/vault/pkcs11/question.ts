import type { TokenSource } from '../token-source.ts';
import type { TokenSettings } from './token.ts';

/** What the process is told first. */
export interface TokenBeginning {
  readonly settings: TokenSettings;
  readonly pin: TokenSource;
  /** SHA-256 of the PIN that a process before this one saw refused, in hexadecimal. */
  readonly refusedPin?: string | undefined;
}

export interface TokenQuestion {
  readonly act: 'wrap' | 'unwrap';
  /** Label, or `id:` and hexadecimal. */
  readonly key: string;
  readonly aad: Uint8Array;
  readonly octets: Uint8Array;
}

export type TokenAnswer =
  | { readonly outcome: 'done'; readonly octets: Uint8Array }
  | { readonly outcome: 'altered' }
  | { readonly outcome: 'unavailable'; readonly why: string; readonly refusedPin?: string | undefined };
