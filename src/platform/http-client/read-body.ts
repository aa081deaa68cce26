import type { Readable } from 'node:stream';

/** The body has more octets than allowed. */
export class BodyTooLarge extends Error {
  constructor() {
    super('the body is larger than allowed');
    this.name = 'BodyTooLarge';
  }
}

/** Reads the stream to its end; at `maxBytes` or when `signal` aborts it is destroyed, and with it its connection. */
export function readBody(stream: Readable, maxBytes: number, signal: AbortSignal): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const abort = () => stream.destroy(new Error('aborted'));
    stream.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > maxBytes) stream.destroy(new BodyTooLarge());
      else chunks.push(chunk);
    });
    stream.on('end', () => {
      const body = Buffer.concat(chunks, length);
      resolve(new Uint8Array(body.buffer, body.byteOffset, body.length));
    });
    stream.on('error', reject);
    stream.on('close', () => {
      signal.removeEventListener('abort', abort);
      if (!stream.readableEnded) reject(new Error('the stream was closed before its end'));
    });
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
  });
}
