import { parentPort } from 'node:worker_threads';
import { judgeLine } from './judge-line.ts';

/** A thread that judges one case after the other, so that a case which takes too much takes the thread with it alone. */
const port = parentPort;
if (port === null) throw new Error('worker.ts is the entry of a thread');
port.on('message', (line: Uint8Array) => port.postMessage(judgeLine(line)));
port.postMessage(null);
