import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

/** What can be learnt of another process: from /proc, or from `ps` where there is none (macOS). */
export interface ProcessFacts {
  readonly pid: number;
  readonly parent: number;
  /** Its command line as it shows it now. */
  readonly command: readonly string[];
}

/** Undefined: there is no such process (a zombie counts as none: it holds nothing any more). */
export async function readProcess(pid: number): Promise<ProcessFacts | undefined> {
  return existsSync('/proc/self/stat') ? readFromProc(pid) : readFromPs(pid);
}

async function readFromProc(pid: number): Promise<ProcessFacts | undefined> {
  try {
    const [stat, command] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile(`/proc/${pid}/cmdline`, 'utf8'),
    ]);
    // pid (name) state parent …; the name may hold blanks and parentheses itself
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === 'Z' || state === 'X') return undefined;
    return { pid, parent: Number(parent), command: command.split('\0').filter((part) => part !== '') };
  } catch {
    return undefined;
  }
}

function readFromPs(pid: number): ProcessFacts | undefined {
  const answer = spawnSync('ps', ['-ww', '-o', 'ppid=,args=', '-p', String(pid)], { encoding: 'utf8' });
  const match = /^\s*(\d+)\s+(.*)$/m.exec(answer.stdout ?? '');
  if (match === null) return undefined;
  return { pid, parent: Number(match[1]), command: (match[2] ?? '').split(' ') };
}

/** How many processes are attached to that System V shared memory segment; undefined where it cannot be told. */
export async function readAttachments(segment: number): Promise<number | undefined> {
  try {
    const [, ...lines] = (await readFile('/proc/sysvipc/shm', 'utf8')).trimEnd().split('\n');
    const fields = lines.map((line) => line.trim().split(/\s+/)).find((line) => line[1] === String(segment));
    return fields === undefined ? 0 : Number(fields[6]);
  } catch {
    return undefined;
  }
}
