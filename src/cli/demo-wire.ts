/** The two services that the tour talks to, over real HTTP, and as much of their answers as it shows. */
export interface DemoTargets {
  readonly serviceUrl: string;
  readonly sandboxUrl: string;
  readonly apiKey: string;
}

export interface Challenge {
  readonly challengeId: string;
  readonly content: string;
  readonly expiresAt: string;
}

export interface SignedRequest {
  readonly purpose: string;
  readonly challengeId?: string;
  readonly signature: { readonly value: string; readonly [member: string]: unknown };
}

export interface Verdict {
  readonly verificationId: string;
  readonly indication: string;
  readonly subIndication: string | null;
  readonly retryable: boolean;
  readonly checks: readonly { readonly check: string; readonly clause: string; readonly outcome: string }[];
  readonly revocation: {
    readonly status: string;
    readonly reason: string | null;
    readonly revokedAt: string | null;
    readonly attempts: readonly { readonly method: string; readonly refusal: string | null }[];
  } | null;
  readonly attributes: Attributes | null;
  readonly legalMethod: { readonly article: string } | null;
}

export interface Attributes {
  readonly name: string | null;
  readonly address: string | null;
  readonly dateOfBirth: { readonly value: string | null } | null;
  readonly gender: string | null;
}

export interface DemoWire {
  createResident(resident: object): Promise<{ readonly id: string }>;
  recordLifeEvent(residentId: string, event: object): Promise<{ readonly revoked: readonly { reason: string }[] }>;
  sign(residentId: string, request: object): Promise<SignedRequest>;
  setFaults(faults: readonly object[]): Promise<void>;
  issueChallenge(request: object): Promise<Challenge>;
  verify(request: object): Promise<Verdict>;
}

async function call<T>(
  method: string,
  url: string,
  body: object | undefined,
  headers: Record<string, string>,
): Promise<T> {
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const init = { method, headers: { 'content-type': 'application/json', ...headers }, ...sent };
  const response = await fetch(url, init).catch((cause: unknown) => {
    throw new Error(`${new URL(url).origin} does not answer. Is it running? Start it with npm start.`, { cause });
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url} → ${response.status} ${text.slice(0, 400)}`);
  return JSON.parse(text) as T;
}

export function connectDemo({ serviceUrl, sandboxUrl, apiKey }: DemoTargets): DemoWire {
  const authorised = { authorization: `Bearer ${apiKey}` };
  const sandbox = <T>(method: string, path: string, body?: object) => call<T>(method, `${sandboxUrl}${path}`, body, {});
  const service = <T>(path: string, body: object) => call<T>('POST', `${serviceUrl}${path}`, body, authorised);
  return {
    createResident: (resident) => sandbox('POST', '/residents', resident),
    recordLifeEvent: (id, event) => sandbox('POST', `/residents/${id}/life-events`, event),
    sign: (id, request) => sandbox('POST', `/residents/${id}/signatures`, request),
    setFaults: async (faults) => {
      await sandbox('PUT', '/faults', { faults });
    },
    issueChallenge: (request) => service('/jpki/challenges', request),
    verify: (request) => service('/jpki/verify', request),
  };
}
