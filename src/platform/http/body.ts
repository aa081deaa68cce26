import type { IncomingMessage } from 'node:http';
import { isWithinComplexity, repeatsName } from './json-complexity.ts';
import { HttpProblem } from './problem.ts';

export interface ReceivedBody {
  /** The octets as received. */
  readonly raw: Buffer;
  readonly json: unknown;
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });
const JSON_TYPE = /^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;
const whole = (code: 'malformed-json' | 'json-too-complex', message: string) =>
  new HttpProblem(code, [{ in: 'body', pointer: '', message }]);

/** One JSON text of at most `limitBytes` within `timeoutMs`, else an HttpProblem. */
export async function receiveJson(
  request: IncomingMessage,
  limitBytes: number,
  timeoutMs: number,
): Promise<ReceivedBody> {
  const encoding = request.headers['content-encoding'];
  const isPlain = encoding === undefined || encoding.toLowerCase() === 'identity';
  if (!isPlain || !JSON_TYPE.test(request.headers['content-type'] ?? '')) {
    throw new HttpProblem('unsupported-media-type');
  }
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) throw new HttpProblem('body-too-large');
  const raw = await receiveOctets(request, limitBytes, timeoutMs);
  return { raw, json: decodeJson(raw) };
}

/** The one JSON text that the octets of a body are, within the bounds on structure. Throws HttpProblem alone. */
export function decodeJson(raw: Buffer): unknown {
  if (raw.length === 0) throw whole('malformed-json', 'is empty; a JSON object is required');
  if (!isWithinComplexity(raw)) throw whole('json-too-complex', 'is nested too deep or has too many values');
  const json = parseJson(raw);
  if (repeatsName(raw, json)) throw whole('malformed-json', 'names a member of an object twice');
  return json;
}

function parseJson(raw: Buffer): unknown {
  try {
    return JSON.parse(UTF8.decode(raw));
  } catch {
    throw whole('malformed-json', 'is not JSON in UTF-8');
  }
}

/** The rest of a body that is refused is discarded by Node until its request timeout. */
function receiveOctets(request: IncomingMessage, limitBytes: number, timeoutMs: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const settle = (finish: () => void) => {
      clearTimeout(timer);
      request.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose);
      finish();
    };
    const refuse = (problem: HttpProblem) => settle(() => reject(problem));
    const onData = (chunk: Buffer) => {
      length += chunk.length;
      if (length > limitBytes) refuse(new HttpProblem('body-too-large'));
      else chunks.push(chunk);
    };
    const onEnd = () =>
      settle(() => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, length)));
    const onClose = () => refuse(new HttpProblem('malformed-request'));
    const timer = setTimeout(() => refuse(new HttpProblem('request-timeout', [], { Connection: 'close' })), timeoutMs);
    request.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
  });
}
