/** A point in time: milliseconds since 1970-01-01T00:00:00Z. Always an argument: the core has no clock. */
export type Instant = number;
