import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK } from 'jose';

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];
  readonly jwk: JWK;
}

export async function makeKey(kid: string, alg = 'RS256'): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
}

/** A loopback server of keys that can be made to lie, and counts how often it is asked. */
export async function startKeyServer(keys: readonly JWK[]) {
  const state = {
    keys: [...keys],
    asked: 0,
    /** In place of the keys. */
    answer: undefined as ((response: ServerResponse) => void) | undefined,
  };
  const server = createServer((_request, response) => {
    state.asked++;
    if (state.answer !== undefined) return state.answer(response);
    response.setHeader('Content-Type', 'application/jwk-set+json; charset=utf-8');
    response.end(JSON.stringify({ keys: state.keys }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    state,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
