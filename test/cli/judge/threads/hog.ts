import { parentPort, workerData } from 'node:worker_threads';
import { Progress } from '../../../../src/cli/judge/progress.ts';

const progress = new Progress(workerData as SharedArrayBuffer);

/** A thread that does what each line says: answers, runs for ever, takes all memory, ends, throws. */
parentPort?.on('message', (lines: readonly Uint8Array[]) => {
  for (const line of lines) {
    progress.begin();
    const { id, does } = JSON.parse(Buffer.from(line).toString()) as { id: string; does?: string };
    if (does === 'loop') for (;;);
    if (does === 'exit') process.exit(3);
    if (does === 'throw') throw new Error('a fault');
    if (does === 'hoard') for (const all: unknown[] = []; ; ) all.push(Array.from({ length: 1000 }, () => ({})));
    parentPort?.postMessage([JSON.stringify({ id })]);
  }
});
