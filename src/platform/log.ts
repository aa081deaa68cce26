import { type DestinationStream, pino } from 'pino';
import type { LogEvent } from './log-event.ts';

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

/** JSON lines on `destination`: level, time (RFC 3339), event, facts. */
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
    logger[method]({ event, ...printable(facts) });
  };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}

/** For tests and for tools that say nothing. */
export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

function printable(facts: LogFacts | undefined): Record<string, unknown> {
  if (facts === undefined) return {};
  return Object.fromEntries(
    Object.entries(facts).map(([key, value]) => [key, value instanceof Error ? printableError(value) : value]),
  );
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
