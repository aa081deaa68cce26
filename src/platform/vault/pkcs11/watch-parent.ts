import { parentPort, workerData } from 'node:worker_threads';

const LOOK_MS = 1_000;

/** A thread that ends the process once its parent is gone, whatever the other threads are in. Says when it has begun. */
setInterval(() => {
  if (process.ppid !== workerData) process.kill(process.pid, 'SIGKILL');
}, LOOK_MS);
parentPort?.postMessage('watching');
