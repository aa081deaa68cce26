import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { type Account, spawnAs } from './account.ts';

/**
 * A shell between us and PostgreSQL, in a process group of its own (Ctrl-C in the terminal goes past it). It reads standard
 * input, a pipe that only we hold: when that ends, by stop() or because we were killed, it stops the server: fast shutdown
 * (SIGINT), after ten seconds immediate shutdown (SIGQUIT), after five more SIGKILL. The watcher is a process beside the
 * shell, so that killing the shell alone does not leave the server behind.
 * The marker tells a later start who was served: our process id, the shell's.
 */
const GUARD = `
marker=$1; doomed=$2; shift 2
echo "$PPID $$" > "$marker"
exec 3<&0 </dev/null
"$@" 3<&- &
server=$!
trap '' HUP INT TERM
gone_within() {
  left=$1
  while kill -0 $server 2>/dev/null; do
    [ $left -gt 0 ] || return 1
    left=$((left - 1)); sleep 0.1
  done
}
{
  while read -r ignored <&3; do :; done
  kill -INT $server; gone_within 100 || { kill -QUIT $server; gone_within 50 || kill -KILL $server; }
} 2>/dev/null &
watcher=$!
exec 3<&-
wait $server; status=$?
kill -KILL $watcher 2>/dev/null
rm -f "$marker"
[ -z "$doomed" ] || rm -rf "$doomed"
exit $status
`;

export interface GuardedServer {
  /** Resolves with the exit code when the server and its guard are gone. */
  readonly ended: Promise<number | null>;
  hasEnded(): boolean;
  /** Fast shutdown; resolves when it is complete. */
  stop(): Promise<number | null>;
}

export const markerOf = (directory: string): string => join(directory, 'guard');
const logOf = (directory: string): string => join(directory, 'server.log');

/** Starts the server under its guard. `doomed`: a directory that the guard removes in the end. */
export async function spawnGuarded(input: {
  directory: string;
  account: Account | undefined;
  command: readonly string[];
  doomed?: string | undefined;
}): Promise<GuardedServer> {
  const log = logOf(input.directory);
  await rename(log, `${log}.old`).catch(() => undefined);
  const output = openSync(log, 'a', 0o600);
  try {
    const parameters = ['-c', GUARD, 'jpki-postgres-guard', markerOf(input.directory), input.doomed ?? ''];
    const guard = spawn('/bin/sh', [...parameters, ...input.command], {
      ...spawnAs(input.account),
      detached: true,
      stdio: ['pipe', output, output],
    });
    return guardedServer(guard);
  } finally {
    closeSync(output);
  }
}

function guardedServer(guard: ChildProcess): GuardedServer {
  let hasEnded = false;
  const ended = new Promise<number | null>((resolve) => {
    const conclude = (code: number | null) => {
      hasEnded = true;
      resolve(code);
    };
    guard.once('exit', conclude);
    guard.once('error', () => conclude(null));
  });
  guard.stdin?.on('error', () => undefined); // the guard is gone already
  return {
    ended,
    hasEnded: () => hasEnded,
    stop: () => {
      guard.stdin?.destroy();
      return ended;
    },
  };
}

/** The server's last words, for an error message. */
export async function readLastLines(directory: string, count = 8): Promise<string> {
  const text = await readFile(logOf(directory), 'utf8').catch(() => '');
  const lines = text.trimEnd().split('\n').slice(-count);
  return lines.join('\n');
}
