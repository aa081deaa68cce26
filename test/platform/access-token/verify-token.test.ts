import { createHmac, createPublicKey } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { createKeySet } from '../../../src/platform/access-token/key-set.ts';
import { TokenRefused } from '../../../src/platform/access-token/token-refused.ts';
import { createTokenVerifier, type TokenSettings } from '../../../src/platform/access-token/verify-token.ts';
import { createHttpClient } from '../../../src/platform/http-client/http-client.ts';
import { silentLog } from '../../../src/platform/log.ts';
import { PATIENCE } from '../../patience.ts';
import { makeKey, type SigningKey, startKeyServer } from './key-server.ts';

const NOW = Date.parse('2026-11-22T03:00:00Z');
const SECONDS = NOW / 1000;
const SETTINGS: TokenSettings = {
  issuer: 'https://as.example',
  audience: 'https://jpki.example',
  algorithms: ['RS256', 'ES256'],
  clientClaim: 'client_id',
  scopePrefix: '',
  clockSkewSeconds: 60,
};
const CLAIMS: JWTPayload = {
  ...{ iss: SETTINGS.issuer, aud: SETTINGS.audience, sub: 'app', client_id: 'app', scope: 'verify admin' },
  ...{ iat: SECONDS, exp: SECONDS + 300 },
};

let key: SigningKey;
let other: SigningKey;
let server: Awaited<ReturnType<typeof startKeyServer>>;
const httpClient = createHttpClient();
const clock = { at: NOW, now: () => clock.at };
beforeAll(async () => {
  [key, other] = [await makeKey('one'), await makeKey('two')];
  server = await startKeyServer([key.jwk]);
});
beforeEach(() => {
  clock.at = NOW;
  Object.assign(server.state, { keys: [key.jwk], answer: undefined, asked: 0 });
});
afterAll(async () => {
  httpClient.close();
  await server.stop();
});

const verifier = (settings: Partial<TokenSettings> = {}, url = server.url) =>
  createTokenVerifier(
    { ...SETTINGS, ...settings },
    createKeySet({ url, httpClient, clock, log: silentLog, timeoutMs: PATIENCE.keysMs }),
    clock,
  );
const sign = (claims: object = {}, header: object = {}, by = key) => {
  const all = Object.fromEntries(Object.entries({ ...CLAIMS, ...claims }).filter(([, value]) => value !== undefined));
  return new SignJWT(all)
    .setProtectedHeader({ alg: 'RS256', kid: by.kid, typ: 'at+jwt', ...header })
    .sign(by.privateKey);
};
/** Its code and reason, or that it was taken. */
async function outcomeOf(token: string, verify = verifier()): Promise<string> {
  try {
    await verify(token);
    return 'taken';
  } catch (error) {
    if (error instanceof TokenRefused) return `${error.code}: ${error.reason}`;
    throw error;
  }
}
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a token of the authorization server', () => {
  it('says who calls and with which scopes', async () => {
    expect(await verifier()(await sign())).toEqual({
      externalId: 'app',
      scopes: new Set(['verify', 'admin']),
      expiresAt: NOW + 360_000,
      certificateSha256: null,
    });
  });

  it('may name the client elsewhere, and its scopes as a list, with a prefix', async () => {
    const verify = verifier({ clientClaim: 'azp', scopePrefix: 'jpki:' });
    const token = await sign({ azp: 'other', scope: undefined, scp: ['jpki:verify', 'openid', 7] });
    expect(await verify(token)).toMatchObject({ externalId: 'other', scopes: new Set(['verify']) });
  });

  it('may be of a type that many servers write, or of none', async () => {
    for (const typ of ['JWT', 'application/at+jwt', undefined])
      expect(await outcomeOf(await sign({}, { typ }))).toBe('taken');
  });

  it('is valid within the clock skew, to the second', async () => {
    expect(await outcomeOf(await sign({ exp: SECONDS - 59 }))).toBe('taken');
    expect(await outcomeOf(await sign({ exp: SECONDS - 60 }))).toMatch(/^token-expired/);
    expect(await outcomeOf(await sign({ nbf: SECONDS + 60, iat: SECONDS + 60 }))).toBe('taken');
    expect(await outcomeOf(await sign({ nbf: SECONDS + 61 }))).toMatch(/^token-invalid: the token is of the future/);
    expect(await outcomeOf(await sign({ iat: SECONDS + 61 }))).toMatch(/^token-invalid: the token is of the future/);
  });

  it('that is bound to a certificate says so; to anything else it is refused', async () => {
    const thumbprint = Buffer.alloc(32, 7);
    const bound = { 'x5t#S256': thumbprint.toString('base64url') };
    expect(await verifier()(await sign({ cnf: bound }))).toMatchObject({
      certificateSha256: thumbprint.toString('hex'),
    });
    for (const cnf of [{ jkt: 'x' }, { ...bound, jkt: 'x' }, { 'x5t#S256': 'short' }, null, 'x', {}]) {
      expect(await outcomeOf(await sign({ cnf }))).toMatch(/^token-invalid: the token is bound/);
    }
  });
});

describe('a token is refused', () => {
  it.each<[string, () => string | Promise<string>, string]>([
    ['alg none', () => new UnsecuredJWT(CLAIMS).encode(), 'the algorithm is not allowed'],
    ['of another issuer', () => sign({ iss: 'https://evil.example' }), 'the token is of another issuer'],
    ['without issuer', () => sign({ iss: undefined }), 'the token is of another issuer'],
    ['for another audience', () => sign({ aud: ['https://a.example', 'app'] }), 'the token is for another audience'],
    ['without audience', () => sign({ aud: undefined }), 'the token is for another audience'],
    ['that never expires', () => sign({ exp: undefined }), 'a claim is not as required'],
    ['whose expiry is text', () => sign({ exp: 'never' }), 'a claim is not as required'],
    ['by an unknown key', () => sign({}, {}, other), 'the key is not one of the authorization server'],
    ['by another key under a known name', () => sign({}, { kid: 'one' }, other), 'the signature is wrong'],
    ['of another type', () => sign({}, { typ: 'logout+jwt' }), 'the token is of another type'],
    ['that names no client', () => sign({ client_id: undefined }), 'the token names no client'],
    ['whose client is no text', () => sign({ client_id: 1 }), 'the token names no client'],
    ['that is too long', () => sign({ filler: 'x'.repeat(8_192) }), 'the token is too long'],
    ['of two parts', () => 'a.b', 'the token cannot be read'],
    ['of no JSON', () => 'YQ.YQ.YQ', 'the token cannot be read'],
    [
      'by an algorithm off the list',
      async () =>
        new SignJWT(CLAIMS)
          .setProtectedHeader({ alg: 'PS256', kid: 'one' })
          .sign((await makeKey('one', 'PS256')).privateKey),
      'the algorithm is not allowed',
    ],
    [
      'with the public key as an HMAC secret',
      () => {
        const pem = createPublicKey({ key: key.jwk as never, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
        const signed = `${part({ alg: 'HS256', kid: 'one' })}.${part(CLAIMS)}`;
        return `${signed}.${createHmac('sha256', pem).update(signed).digest('base64url')}`;
      },
      'the algorithm is not allowed',
    ],
    [
      'with a critical header that nobody knows',
      async () => {
        const [, payload, signature] = (await sign()).split('.');
        return `${part({ alg: 'RS256', kid: 'one', crit: ['x'], x: 1 })}.${payload}.${signature}`;
      },
      'the token cannot be read',
    ],
    [
      'that brings its own key',
      () =>
        sign({}, { kid: 'two', jwk: other.jwk, jku: 'https://evil.example/jwks', x5u: 'https://evil.example' }, other),
      'the key is not one of the authorization server',
    ],
    [
      'with an altered claim',
      async () => {
        const [header, , signature] = (await sign()).split('.');
        return `${header}.${part({ ...CLAIMS, scope: 'verify admin mynumber:read' })}.${signature}`;
      },
      'the signature is wrong',
    ],
  ])('%s', async (_name, make, reason) => {
    expect(await outcomeOf(await make())).toBe(`token-invalid: ${reason}`);
  });

  it('when its key is too short, whatever the server says', async () => {
    const weak = await makeKey('weak');
    server.state.keys = [{ ...weak.jwk, n: (weak.jwk.n as string).slice(0, 170) }];
    expect(await outcomeOf(await sign({}, { kid: 'weak' }, weak))).toMatch(/^token-invalid: /);
  });
});

describe('the keys', () => {
  it('are fetched once for all who wait, and not again while they are fresh', async () => {
    const verify = verifier();
    const token = await sign();
    await Promise.all(Array.from({ length: 50 }, () => verify(token)));
    clock.at += 200_000;
    await verify(token);
    expect(server.state.asked).toBe(1);
  });

  it('that are unknown are asked for once in five seconds, however many tokens name them', async () => {
    const verify = verifier();
    await verify(await sign());
    const strange = await sign({}, {}, other);
    const ask = () => Promise.all(Array.from({ length: 20 }, () => outcomeOf(strange, verify)));
    clock.at += 4_999;
    expect(new Set(await ask())).toEqual(new Set(['token-invalid: the key is not one of the authorization server']));
    expect(server.state.asked).toBe(1);
    clock.at += 1;
    await ask();
    expect(server.state.asked).toBe(2);
  });

  it('are rotated under load without a token lost', async () => {
    const verify = verifier();
    const [old, fresh] = [await sign(), await sign({}, {}, other)];
    expect(await outcomeOf(old, verify)).toBe('taken');
    server.state.keys = [key.jwk, other.jwk];
    clock.at += 5_000;
    const tokens = Array.from({ length: 60 }, (_, n) => (n % 2 === 0 ? old : fresh));
    expect(new Set(await Promise.all(tokens.map((token) => outcomeOf(token, verify))))).toEqual(new Set(['taken']));
    expect(server.state.asked).toBe(2);
  });

  it('that were withdrawn end once they are fetched anew', async () => {
    const verify = verifier();
    const token = await sign({ exp: SECONDS + 86_400 });
    await verify(token);
    server.state.keys = [other.jwk];
    clock.at += 300_000;
    expect(await outcomeOf(token, verify)).toBe('taken'); // and asks beside
    await outcomeOf(await sign({ exp: SECONDS + 86_400 }, {}, other), verify);
    expect(await outcomeOf(token, verify)).toMatch(/^token-invalid/);
  });

  it.each<[string, (response: import('node:http').ServerResponse) => void]>([
    ['fails', (response) => response.writeHead(500).end()],
    ['hangs up', (response) => response.destroy()],
    ['redirects', (response) => response.writeHead(302, { Location: 'https://evil.example/jwks' }).end()],
    ['sends no JSON', (response) => response.setHeader('Content-Type', 'application/json').end('{"keys":')],
    ['sends another thing', (response) => response.setHeader('Content-Type', 'application/json').end('{"keys":7}')],
    ['sends a page', (response) => response.setHeader('Content-Type', 'text/html').end('<p>')],
    [
      'sends without end',
      (response) => response.setHeader('Content-Type', 'application/json').end(' '.repeat(300_000)),
    ],
  ])('while the server %s: those known go on, others cannot be judged', async (_name, answer) => {
    const verify = verifier();
    await verify(await sign());
    server.state.answer = answer;
    clock.at += 400_000;
    const claims = { exp: SECONDS + 100_000 };
    expect(await outcomeOf(await sign(claims, {}, other), verify)).toBe('authorization-server-unavailable: undefined');
    expect(await outcomeOf(await sign(claims), verify)).toBe('taken');
    // and the next one is not made to wait for another attempt
    const asked = server.state.asked;
    expect(await outcomeOf(await sign(claims, {}, other), verify)).toBe('authorization-server-unavailable: undefined');
    expect(server.state.asked).toBe(asked);
    clock.at = NOW + 86_400_000;
    expect(await outcomeOf(await sign({ exp: SECONDS + 90_000 }), verify)).toBe(
      'authorization-server-unavailable: undefined',
    );
  });

  it('that nobody can be asked for from the start: nothing is let in', async () => {
    const verify = verifier({}, 'http://127.0.0.1:1/jwks');
    expect(await outcomeOf(await sign(), verify)).toBe('authorization-server-unavailable: undefined');
  });
});
