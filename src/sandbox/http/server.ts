import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readBody } from './body.ts';
import { type Operation, readContract } from './contract.ts';
import { deliver } from './deliver.ts';
import type { Operations } from './operations.ts';
import { problemReply, type Reply, SandboxProblem } from './reply.ts';

export interface ListeningServer {
  readonly url: string;
  stop(): Promise<void>;
}

interface Listen {
  readonly host: string;
  readonly port: number;
  readonly operations: Operations;
  readonly onFailure: (error: unknown) => void;
}

function decodedParameters(operation: Operation, found: RegExpExecArray): Record<string, string> {
  try {
    return Object.fromEntries(
      operation.parameters.map((name, index) => [name, decodeURIComponent(found[index + 1] ?? '')]),
    );
  } catch {
    throw new SandboxProblem(400, 'invalid-request', 'The path is not percent-encoded UTF-8.');
  }
}

/** Answers one request; whatever goes wrong becomes a problem. */
async function answer(request: IncomingMessage, contract: readonly Operation[], { operations, onFailure }: Listen) {
  try {
    const path = (request.url ?? '/').split('?')[0] as string;
    const here = contract.filter(({ pattern }) => pattern.test(path));
    if (here.length === 0) throw new SandboxProblem(404, 'not-found', 'No such path: see /openapi.yaml.');
    const operation = here.find(({ method }) => method === request.method);
    if (operation === undefined) {
      throw new SandboxProblem(405, 'method-not-allowed', `Allowed: ${here.map(({ method }) => method).join(', ')}.`);
    }
    const parameters = decodedParameters(operation, operation.pattern.exec(path) as RegExpExecArray);
    const body = await readBody(request, operation);
    const run = operations[operation.operationId];
    if (run === undefined) throw new Error(`openapi.yaml has ${operation.operationId}, which nobody does`);
    return await run({ parameters, body });
  } catch (error) {
    if (error instanceof SandboxProblem) return problemReply(error);
    onFailure(error);
    return problemReply(new SandboxProblem(500, 'internal-error', 'The sandbox failed; its log says how.'));
  }
}

export async function listen(wanted: Listen): Promise<ListeningServer> {
  const contract = readContract();
  const stopping = new AbortController();
  const server = createServer((request, response) => {
    answer(request, contract, wanted)
      .then((reply: Reply) => deliver(response, reply, stopping.signal))
      .catch((error) => {
        wanted.onFailure(error);
        response.destroy();
      });
  });
  // Longer than a client that was busy keeps silent: it would find its connection closed in the middle of a request.
  server.keepAliveTimeout = 65_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(wanted.port, wanted.host, resolve);
  });
  return { url: urlOf(server, wanted.host), stop: () => close(server, stopping) };
}

function urlOf(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function close(server: Server, stopping: AbortController): Promise<void> {
  stopping.abort();
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), 500).unref();
  });
}
