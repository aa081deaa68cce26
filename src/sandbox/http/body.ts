import type { IncomingMessage } from 'node:http';
import type { Operation } from './contract.ts';
import { SandboxProblem } from './reply.ts';

const MOST_OCTETS = 1024 * 1024;

async function octetsOf(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MOST_OCTETS) throw new SandboxProblem(413, 'body-too-large', 'At most one MiB.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parsed(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return {};
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new SandboxProblem(400, 'malformed-json', 'The body is not JSON in UTF-8.');
  }
}

/** The request's body: bytes for OCSP, else JSON that the operation's schema accepts. */
export async function readBody(request: IncomingMessage, operation: Operation): Promise<unknown> {
  if (operation.mediaType === undefined) return undefined;
  const sent = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  const bytes = await octetsOf(request);
  if (sent !== operation.mediaType && bytes.length > 0) {
    throw new SandboxProblem(415, 'unsupported-media-type', `Send ${operation.mediaType}.`);
  }
  if (operation.mediaType !== 'application/json') return bytes;
  const body = parsed(bytes);
  const { validate } = operation;
  if (validate !== undefined && !validate(body)) {
    const errors = (validate.errors ?? []).map(({ instancePath, message, params }) => ({
      pointer: instancePath,
      message: [message, ...Object.values(params).flat().map(String)].join(' '),
    }));
    throw new SandboxProblem(400, 'invalid-request', 'The body is not as openapi.yaml says.', errors);
  }
  return body;
}
