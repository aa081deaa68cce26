/** What a machine that is busy with other tests may take for anything: no test fails because it is slow. */
const LONG_MS = 60_000;

/** Of the database, where a test is not about its limits. */
export const PATIENT_DATABASE = { acquireTimeoutMs: LONG_MS, statementTimeoutMs: LONG_MS } as const;

/** Of the whole service. */
export const PATIENCE = {
  bodyMs: LONG_MS,
  connectionMs: LONG_MS,
  statementMs: LONG_MS,
  readinessMs: LONG_MS,
  crlsMs: LONG_MS,
  telemetryMs: LONG_MS,
  keysMs: LONG_MS,
} as const;
