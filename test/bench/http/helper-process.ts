import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';

/** A process of its own that is given orders and answers each with one message. */
export interface HelperProcess {
  ask<Answer>(order: unknown): Promise<Answer>;
  stop(): Promise<void>;
}

export function startHelper(file: 'load.ts' | 'floor.ts' | 'responder.ts'): HelperProcess {
  const child = fork(join(import.meta.dirname, file));
  return {
    ask: <Answer>(order: unknown) =>
      new Promise<Answer>((resolve, reject) => {
        const onExit = () => reject(new Error(`${file} ended`));
        child.once('exit', onExit);
        child.once('message', (answer) => {
          child.off('exit', onExit);
          resolve(answer as Answer);
        });
        child.send(order as object);
      }),
    stop: () => ended(child),
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await exit;
}
