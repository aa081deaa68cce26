import { type DestinationStream, pino } from 'pino';
import type { LogEvent } from './log-event.ts';
import { currentWork } from './telemetry/current-work.ts';

/** Facts of an event: ids, codes, counts, durations. `error` is written as type, code and stack, never its message's data. */
export interface LogFacts {
  readonly [key: string]: string | number | boolean | null | undefined | Error;
}

/** Structured log with a closed set of event names. */
export interface Log {
  debug(event: LogEvent, facts?: LogFacts): void;
  info(event: LogEvent, facts?: LogFacts): void;
  warn(event: LogEvent, facts?: LogFacts): void;
  error(event: LogEvent, facts?: LogFacts): void;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** JSON lines on `destination`: level, time (RFC 3339), event, the ids of the request at work, facts. */
export function createLog(level: LogLevel, destination: DestinationStream): Log {
  const logger = pino(
    {
      level,
      base: null,
      messageKey: 'message',
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
  const write = (method: 'debug' | 'info' | 'warn' | 'error') => (event: LogEvent, facts?: LogFacts) => {
    if (logger.isLevelEnabled(method)) logger[method](printable(event, facts));
  };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}

const BATCH_OCTETS = 4096;
const BATCH_MS = 100;
/** When nobody reads the log any more, the service goes on and the log does not. */
const MOST_WAITING_OCTETS = 16 * 1024 * 1024;

/**
 * The same on a file descriptor, for a process that logs every request: lines go out together, a warning or an error at once,
 * the last at the exit of the process, crashes included. A process that is killed loses what it logged in its last 100 ms.
 */
export function createBatchedLog(level: LogLevel, fd: number): Log {
  const destination = pino.destination({
    dest: fd,
    sync: false,
    minLength: BATCH_OCTETS,
    periodicFlush: BATCH_MS,
    maxLength: MOST_WAITING_OCTETS,
  });
  const log = createLog(level, destination);
  const atOnce = (method: 'warn' | 'error') => (event: LogEvent, facts?: LogFacts) => {
    log[method](event, facts);
    destination.flush();
  };
  return { ...log, warn: atOnce('warn'), error: atOnce('error') };
}

/** For tests and for tools that say nothing. */
export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

function printable(event: LogEvent, facts: LogFacts | undefined): Record<string, unknown> {
  const line: Record<string, unknown> = { event };
  const ids = currentWork()?.ids;
  if (ids !== undefined && !ids.isOver) {
    line.requestId = ids.requestId;
    line.traceId = ids.traceId;
    line.tenantId = ids.tenantId;
  }
  for (const key in facts) {
    const value = facts[key];
    line[key] = value instanceof Error ? printableError(value) : value;
  }
  return line;
}

/**
 * Name, code and the places of the stack. Messages are left out: those of drivers and parsers quote the data (a
 * PostgreSQL unique violation names the value).
 */
function printableError(error: Error): Record<string, unknown> {
  const places = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  const code = (error as { code?: unknown }).code;
  return {
    name: error.name,
    ...(typeof code === 'string' ? { code } : {}),
    at: places.slice(0, 8).map((line) => line.trim()),
    ...(error.cause instanceof Error ? { cause: printableError(error.cause) } : {}),
  };
}
