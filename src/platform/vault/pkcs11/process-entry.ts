import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { TokenAnswer, TokenBeginning, TokenQuestion } from './question.ts';
import { createToken, type Token, TokenError } from './token.ts';

/**
 * The process in which calls to the token block, and which a module that crashes takes down alone. First it is told where
 * the token is, then one question at a time, each answered once. It ends with the one that asks.
 */
let token: Token | undefined;

function begin({ settings, pin, refusedPin }: TokenBeginning): Token {
  const readPin = () => {
    if ('value' in pin) return pin.value;
    try {
      const content = readFileSync(pin.file, 'utf8').trim();
      if (content !== '') return content;
    } catch {
      // told as one that cannot be read
    }
    throw new TokenError('the file of the PIN cannot be read, or is empty');
  };
  return createToken(settings, readPin, refusedPin);
}

function answer(known: Token, { act, key, aad, octets }: TokenQuestion): TokenAnswer {
  try {
    const result = act === 'wrap' ? known.encrypt(key, aad, octets) : known.decrypt(key, aad, octets);
    return result === undefined ? { outcome: 'altered' } : { outcome: 'done', octets: Uint8Array.from(result) };
  } catch (error) {
    // the loader's own message names files
    const why = error instanceof TokenError ? error.message : 'the module cannot be loaded';
    return { outcome: 'unavailable', why, refusedPin: known.refusedPin() };
  } finally {
    octets.fill(0);
  }
}

process.on('disconnect', () => process.exit());
// those go to a whole group of processes: the one that asks still has work to end
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
// while a call of the module blocks this thread, another one ends the process with the one that asks
const WATCH = new URL(import.meta.url.endsWith('.ts') ? './watch-parent.ts' : './watch-parent.js', import.meta.url);
const watch = new Worker(WATCH, { workerData: process.ppid });
await once(watch, 'message'); // what comes here meanwhile is kept
watch.unref();

process.on('message', (message: TokenBeginning | TokenQuestion) => {
  if ('settings' in message) {
    token = begin(message);
    return;
  }
  const answered: TokenAnswer =
    token === undefined ? { outcome: 'unavailable', why: 'no token is named' } : answer(token, message);
  process.send?.(answered);
});
