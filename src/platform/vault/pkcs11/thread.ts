import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import type { TokenAnswer, TokenQuestion, TokenThreadData } from './question.ts';
import { createToken, TokenError } from './token.ts';

/** The thread in which calls to the token block: one question at a time, each answered once. */
const { settings, pin } = workerData as TokenThreadData;

const token = createToken(settings, () => {
  if ('value' in pin) return pin.value;
  try {
    const content = readFileSync(pin.file, 'utf8').trim();
    if (content !== '') return content;
  } catch {
    // told as one that cannot be read
  }
  throw new TokenError('the file of the PIN cannot be read, or is empty');
});

function answer({ act, key, aad, octets }: TokenQuestion): TokenAnswer {
  try {
    const result = act === 'wrap' ? token.encrypt(key, aad, octets) : token.decrypt(key, aad, octets);
    return result === undefined ? { outcome: 'altered' } : { outcome: 'done', octets: Uint8Array.from(result) };
  } catch (error) {
    // the loader's own message names files
    return { outcome: 'unavailable', why: error instanceof TokenError ? error.message : 'the module cannot be loaded' };
  } finally {
    octets.fill(0);
  }
}

parentPort?.on('message', (question: TokenQuestion) => {
  const answered = answer(question);
  parentPort?.postMessage(answered);
  if (answered.outcome === 'done') answered.octets.fill(0); // the other side has a copy
});
