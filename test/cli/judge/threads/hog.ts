import { parentPort, workerData } from 'node:worker_threads';
import { Progress } from '../../../../src/cli/judge/progress.ts';

const progress = new Progress(workerData as SharedArrayBuffer);

const sleep = (ms?: number): unknown => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

/** A thread that does what each line says: answers, runs or waits for ever or for long, takes all memory, ends, throws. */
parentPort?.on('message', (lines: readonly Uint8Array[]) => {
  for (const line of lines) {
    progress.begin();
    const { id, does } = JSON.parse(Buffer.from(line).toString()) as { id: string; does?: string };
    if (does === 'loop') for (;;);
    if (does === 'wait') sleep();
    if (does === 'pause') sleep(1_000);
    if (does === 'work') for (const until = performance.now() + 500; performance.now() < until; );
    if (does === 'exit') process.exit(3);
    if (does === 'throw') throw new Error('a fault');
    if (does === 'hoard') for (const all: unknown[] = []; ; ) all.push(Array.from({ length: 1000 }, () => ({})));
    // Not so fast that it is past the bound between two looks.
    if (does === 'hoard-octets') for (const all: unknown[] = []; ; sleep(5)) all.push(new Uint8Array(2 ** 22).fill(1));
    parentPort?.postMessage([JSON.stringify({ id })]);
  }
});
