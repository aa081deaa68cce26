import type { Readable } from 'node:stream';

/** The body has more octets than allowed. */
export class BodyTooLarge extends Error {
  constructor() {
    super('the body is larger than allowed');
    this.name = 'BodyTooLarge';
  }
}

/** Reads the stream to its end; at `maxBytes` or when `signal` aborts it is destroyed, and with it its connection. */
export async function readBody(stream: Readable, maxBytes: number, signal: AbortSignal): Promise<Uint8Array> {
  const abort = (): void => {
    stream.destroy(new Error('aborted'));
  };
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort);
  try {
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > maxBytes) throw new BodyTooLarge();
      chunks.push(chunk);
    }
    const body = Buffer.concat(chunks, length);
    return new Uint8Array(body.buffer, body.byteOffset, body.length);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
