import { type AnyBody, ask } from '../http/request.ts';
import type { RunningService } from './running-service.ts';

/** Has a resident's card sign; the answer is a whole body of `POST /jpki/verify`. */
export async function signedBody(sandboxUrl: string, resident: string, content: string): Promise<string> {
  const response = await fetch(`${sandboxUrl}/residents/${resident}/signatures`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ purpose: 'account-opening', content: Buffer.from(content).toString('base64') }),
  });
  const body = await response.text();
  if (response.status !== 201) throw new Error(`the card did not sign: ${response.status}`);
  return body;
}

/**
 * `POST /jpki/verify`, its answer held against openapi.yaml; undefined when the connection broke, as under a killed
 * service. An answer with another status or another shape is an Error, which says nothing of what was in it.
 */
export async function verify(
  service: Pick<RunningService, 'url'>,
  apiKey: string,
  body: string,
): Promise<AnyBody | undefined> {
  try {
    const answer = await ask(service.url, '/jpki/verify', { key: apiKey, body });
    if (answer.status !== 200) throw new Error(`POST /jpki/verify: ${answer.status} ${answer.body.code}`);
    return answer.body;
  } catch (error) {
    if (isBrokenConnection(error)) return undefined;
    throw error;
  }
}

/** As fetch says it: before the answer began, and in the middle of it. By name: fetch is of another realm than tests. */
function isBrokenConnection(error: unknown): boolean {
  const { name, message } = error as Error;
  return name === 'TypeError' && (message === 'fetch failed' || message === 'terminated');
}
