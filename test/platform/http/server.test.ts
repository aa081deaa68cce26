import { describe, expect, it } from '@jest/globals';
import { startServer } from '../../../src/platform/http/server.ts';
import { StartRefused } from '../../../src/platform/start-refused.ts';

const start = (host: string, port = 0) =>
  startServer((_request, response) => response.end(), {
    host,
    port,
    requestTimeoutMs: 20_000,
    stopTimeoutMs: 60_000,
  });

describe('startServer', () => {
  it.each(['not a host!', '192.0.2.1', 'no-such-host.invalid'])('says of %j that HOST is wrong', async (host) => {
    await expect(start(host)).rejects.toThrow(StartRefused);
    await expect(start(host)).rejects.toThrow(/^HOST is not an address of this machine/);
  });

  it('leaves a port in use to its own sentence', async () => {
    const server = await start('127.0.0.1');
    await expect(start('127.0.0.1', Number(new URL(server.url).port))).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await server.stop();
  });
});
