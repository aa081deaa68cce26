import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Listens on the loopback and gives the port. One that was ours before (not 0) may be, for a moment, the near end of
 * somebody's connection: then it is waited for.
 */
export async function listenOn(server: Server, port: number): Promise<number> {
  for (;;) {
    try {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
      return (server.address() as AddressInfo).port;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || port === 0) throw error;
      await sleep(50);
    }
  }
}
