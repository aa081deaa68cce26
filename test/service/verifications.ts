import type { RunningService } from './running-service.ts';

/** Has a resident's card sign; the answer is a whole body of `POST /jpki/verify`. */
export async function signedBody(sandboxUrl: string, resident: string, content: string): Promise<string> {
  const response = await fetch(`${sandboxUrl}/residents/${resident}/signatures`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ purpose: 'account-opening', content: Buffer.from(content).toString('base64') }),
  });
  if (response.status !== 201) throw new Error(`the card did not sign: ${response.status} ${await response.text()}`);
  return response.text();
}

export interface Answer {
  readonly verificationId: string;
  readonly indication: string;
  readonly subIndication: string | null;
}

/** `POST /jpki/verify`; undefined when the connection broke, as under a killed service. */
export async function verify(service: RunningService, apiKey: string, body: string): Promise<Answer | undefined> {
  try {
    const response = await fetch(`${service.url}/jpki/verify`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body,
    });
    const text = await response.text();
    if (response.status !== 200) throw new Refused(response.status, text);
    return JSON.parse(text) as Answer;
  } catch (error) {
    if (error instanceof Refused) throw error;
    return undefined;
  }
}

class Refused extends Error {
  constructor(status: number, body: string) {
    super(`status ${status}: ${body}`);
    this.name = 'Refused';
  }
}
