/** How many requests a client may make. */
export interface RequestLimits {
  readonly perMinute: number;
  /** Null: no limit but the minute's. */
  readonly perDay: number | null;
  readonly perMonth: number | null;
}

/** Who calls, as far as the server must know; `caller` is what the features know of them. */
export interface Principal<Caller> {
  readonly clientId: string;
  readonly tenantId: string;
  readonly role: string;
  readonly scopes: ReadonlySet<string>;
  readonly limits: RequestLimits;
  /** SHA-256 of the client certificates that it must have shown, in hexadecimal: its own, and its token's. */
  readonly certificates: readonly string[];
  readonly caller: Caller;
}
