import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { BodyTooLarge, readBody } from '../../../src/platform/http-client/read-body.ts';

describe('readBody', () => {
  it('gives the octets', async () => {
    const stream = new PassThrough();
    stream.write(Buffer.of(1, 2));
    stream.end(Buffer.of(3));
    expect(await readBody(stream, 3, new AbortController().signal)).toEqual(Uint8Array.of(1, 2, 3));
  });

  it('refuses one octet more than allowed, and destroys the stream', async () => {
    const stream = new PassThrough();
    stream.write(Buffer.alloc(4));
    await expect(readBody(stream, 3, new AbortController().signal)).rejects.toBeInstanceOf(BodyTooLarge);
    expect(stream.destroyed).toBe(true);
  });

  it('ends when it is told to, whatever the stream does', async () => {
    const controller = new AbortController();
    const stream = new PassThrough();
    stream.write(Buffer.of(1));
    const body = readBody(stream, 3, controller.signal);
    controller.abort();
    await expect(body).rejects.toThrow('aborted');
    expect(stream.destroyed).toBe(true);
  });

  it('does not begin when it is too late', async () => {
    const stream = new PassThrough();
    await expect(readBody(stream, 3, AbortSignal.abort())).rejects.toThrow('aborted');
    expect(stream.destroyed).toBe(true);
  });

  it('ends when the stream is closed before its end', async () => {
    const stream = new PassThrough();
    stream.write(Buffer.of(1));
    const body = readBody(stream, 3, new AbortController().signal);
    stream.destroy();
    await expect(body).rejects.toThrow('closed before its end');
  });
});
