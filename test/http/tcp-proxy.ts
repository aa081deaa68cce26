import { connect, createServer, type Socket } from 'node:net';
import { listenOn } from '../listening.ts';

export interface TcpProxy {
  readonly port: number;
  /** Cuts every connection and refuses new ones, as a server that is away does. */
  cut(): Promise<void>;
  restore(): Promise<void>;
  stop(): Promise<void>;
}

/** A way to `target` that can be taken away. */
export async function startTcpProxy(target: { host: string; port: number }): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(target);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far).pipe(near);
  });
  const port = await listenOn(server, 0);
  const cut = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  const restore = async () => {
    await listenOn(server, port);
  };
  return { port, cut, restore, stop: () => (server.listening ? cut() : Promise.resolve()) };
}
