import type { TokenSource } from '../token-source.ts';
import type { TokenSettings } from './token.ts';

/** What the process is told first. */
export interface TokenBeginning {
  readonly settings: TokenSettings;
  readonly pin: TokenSource;
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
  | { readonly outcome: 'unavailable'; readonly why: string };
