import { createServer, type Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import Provider from 'oidc-provider';
import { listenOn } from '../listening.ts';
import { type Ask, ask } from './request.ts';
import { type SandboxService, startSandboxService } from './sandbox-service.ts';

const AUDIENCE = 'https://jpki.example';

async function signingKey(kid: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  return { ...(await exportJWK(privateKey)), kid, alg: 'RS256', use: 'sig' };
}

/** A certified OpenID provider as authorization server, on the loopback. */
async function startProvider(port: number, keys: readonly JWK[]): Promise<{ issuer: string; server: Server }> {
  const server = createServer();
  const issuer = `http://127.0.0.1:${await listenOn(server, port)}`;
  const provider = new Provider(issuer, {
    clients: ['bank-app', 'stranger'].map((client_id) => ({
      client_id,
      client_secret: 'secret-of-a-test',
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    })),
    scopes: ['verify', 'admin', 'openid'],
    jwks: { keys: keys as never },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context, audience) => ({
          scope: 'verify admin',
          audience,
          accessTokenTTL: 300,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
  });
  server.on('request', provider.callback());
  return { issuer, server };
}

async function stopProvider({ server }: { server: Server }): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

let keys: JWK[];
let provider: Awaited<ReturnType<typeof startProvider>>;
let service: SandboxService;
let clientId: string;
beforeAll(async () => {
  keys = [await signingKey('first'), await signingKey('second')];
  provider = await startProvider(0, keys.slice(0, 1));
  service = await startSandboxService({
    OAUTH_ISSUER: provider.issuer,
    OAUTH_AUDIENCE: AUDIENCE,
    OAUTH_JWKS_URL: `${provider.issuer}/jwks`,
  });
  const made = await service.jpki<{ clientId: string; apiKey: null }>(
    ...['clients', 'create', '--tenant', 'sandbox', '--scopes', 'verify', '--external-id', 'bank-app', '--no-key'],
  );
  clientId = made.clientId;
  expect(made.apiKey).toBeNull();
});
afterAll(async () => {
  await service?.stop();
  await stopProvider(provider).catch(() => undefined);
});

async function fetchToken(scope: string, client = 'bank-app', resource = AUDIENCE): Promise<string> {
  const response = await fetch(`${provider.issuer}/token`, {
    method: 'POST',
    headers: { Authorization: `Basic ${Buffer.from(`${client}:secret-of-a-test`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope, resource }),
  });
  const body = (await response.json()) as { access_token?: string };
  if (body.access_token === undefined) throw new Error(JSON.stringify(body));
  return body.access_token;
}
const call = (token: string, options: Ask = {}) => ask(service.url, '/jpki/verifications', { key: token, ...options });

it('lets in the client that its token names, with the scopes that token and client share', async () => {
  const { status, headers } = await call(await fetchToken('verify'));
  expect([status, headers.get('ratelimit') !== null]).toEqual([200, true]);
  expect(service.lines.at(-1)).toMatchObject({ event: 'http.request', facts: { clientId } });
  // the token has the scope, the client has not
  const admin = await ask(service.url, '/admin/tenants', { key: await fetchToken('verify admin') });
  expect([admin.status, admin.body.code]).toEqual([403, 'insufficient-scope']);
  // and the other way round
  const none = await call(await fetchToken('admin'));
  expect([none.status, none.body.code]).toEqual([403, 'insufficient-scope']);
});

it('refuses with a code and a challenge that says why', async () => {
  const wrong = await call(await fetchToken('verify', 'bank-app', 'https://another.example'));
  expect([wrong.status, wrong.body.code, wrong.headers.get('www-authenticate')]).toEqual([
    ...[401, 'token-invalid'],
    'Bearer realm="jpki-verifier", error="invalid_token", error_description="the token is for another audience"',
  ]);
  const stranger = await call(await fetchToken('verify', 'stranger'));
  expect([stranger.status, stranger.body.code]).toEqual([401, 'token-client-unknown']);
  const [header, payload] = (await fetchToken('verify')).split('.');
  const forged = await call(`${header}.${payload}.${'A'.repeat(342)}`);
  expect([forged.status, forged.body.code]).toEqual([401, 'token-invalid']);
  expect((await call(`${'A'.repeat(9_000)}.A.A`)).body.code).toBe('token-invalid');
  expect((await call('opaque-token')).body.code).toBe('token-invalid');
});

it('goes on with known keys while the server is away, and says 503 of unknown ones, until it is back with them', async () => {
  const known = await fetchToken('verify');
  const port = Number(new URL(provider.issuer).port);
  await stopProvider(provider);
  expect((await call(known)).status).toBe(200);

  provider = await startProvider(port, keys.slice(1));
  const rotated = await fetchToken('verify');
  await stopProvider(provider);
  let answer = await call(rotated);
  // the cooldown after the last fetch may still run: then the key is called unknown, and no attempt was made
  for (; answer.body.code === 'token-invalid'; await sleep(50)) answer = await call(rotated);
  expect([answer.status, answer.body.code, answer.headers.get('retry-after')]).toEqual([
    ...[503, 'authorization-server-unavailable', '5'],
  ]);
  expect((await call(known)).status).toBe(200);
  provider = await startProvider(port, keys.slice(1));
  for (; answer.status !== 200; await sleep(50)) answer = await call(rotated);
  expect(answer.status).toBe(200);
});

it('refuses a token whose client was revoked, within five seconds', async () => {
  const token = await fetchToken('verify');
  expect((await call(token)).status).toBe(200);
  await service.jpki('clients', 'revoke', clientId, '--tenant', 'sandbox');
  let answer = await call(token);
  for (; answer.status === 200; await sleep(50)) answer = await call(token);
  expect([answer.status, answer.body.code]).toEqual([401, 'key-revoked']);
});
