import { parentPort, workerData } from 'node:worker_threads';
import { MEMORY_CEILING } from './case-limits.ts';
import { judgeLine } from './judge-line.ts';
import { collectLeftovers, holdProcessBelow } from './memory-room.ts';
import { Progress } from './progress.ts';

/** Answers are sent together while they come fast: a message costs as much as a small case. */
const MAX_HELD_MS = 20;
/** A case that took less cannot have left much; to look at the memory costs as much as a small case. */
const LARGE_CASE_MS = 5;

/** A thread that judges one case after the other, so that a case which takes too much takes the thread with it alone. */
const port = parentPort;
if (port === null) throw new Error('worker.ts is the entry of a thread');
const progress = new Progress(workerData as SharedArrayBuffer);
holdProcessBelow(MEMORY_CEILING);
port.on('message', (lines: readonly Uint8Array[]) => {
  let verdicts: string[] = [];
  let sentAt = performance.now();
  for (const line of lines) {
    const begunAt = performance.now();
    progress.begin();
    verdicts.push(judgeLine(line));
    const now = performance.now();
    if (now - begunAt > LARGE_CASE_MS) collectLeftovers();
    if (now - sentAt < MAX_HELD_MS) continue;
    port.postMessage(verdicts);
    verdicts = [];
    sentAt = now;
  }
  if (verdicts.length > 0) port.postMessage(verdicts);
});
