export type ChallengeKind = 'signature' | 'card-presence';

export interface ChallengeRequest {
  readonly kind: ChallengeKind;
  readonly purpose: string;
  /** Shown to and signed by the person. */
  readonly text?: string;
  /** 30 to 3 600, default 300. */
  readonly ttlSeconds?: number;
}

export interface ChallengeResponse {
  readonly challengeId: string;
  /** base64 of the exact bytes to sign. */
  readonly content: string;
  readonly digest: { readonly algorithm: 'SHA-256'; readonly value: string };
  readonly expiresAt: string;
}
