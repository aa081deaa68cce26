/** What a use case knows of the request beside its body. */
export interface RequestOptions {
  readonly requestId: string;
  /** `Idempotency-Key`, 1 to 255 characters, validated at the door. */
  readonly idempotencyKey?: string;
  /** The octets of the body as received: two bodies are the same when these are. */
  readonly rawBody: Uint8Array;
}
