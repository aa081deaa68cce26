import type { ProblemKind } from './problem-kind.ts';

/** Who calls is not known, or may not: 401 and 403. */
export const ACCESS_PROBLEMS = {
  unauthenticated: {
    status: 401,
    title: 'No known API key',
    titleJa: 'APIキーがないか、正しくありません',
    detail: 'Send "Authorization: Bearer jpk_…" with a key made by "npm run jpki -- clients create".',
  },
  'key-expired': {
    status: 401,
    title: 'The API key has expired',
    titleJa: 'APIキーの有効期限が切れています',
    detail: 'Use the key that was made at its rotation, or have a new one made.',
  },
  'key-revoked': {
    status: 401,
    title: 'The client was revoked',
    titleJa: 'クライアントは失効しています',
    detail: 'Have a new client made.',
  },
  'token-invalid': {
    status: 401,
    title: 'The access token is not accepted',
    titleJa: 'アクセストークンを受け付けられません',
    detail: 'WWW-Authenticate says why. Ask the authorization server for a token made for this service.',
  },
  'token-expired': {
    status: 401,
    title: 'The access token has expired',
    titleJa: 'アクセストークンの有効期限が切れています',
    detail: 'Ask the authorization server for a new one.',
  },
  'token-client-unknown': {
    status: 401,
    title: 'No client here has the id that the access token names',
    titleJa: 'アクセストークンのクライアントが登録されていません',
    detail: 'Have its id at the authorization server set as externalId of a client of this service.',
  },
  'client-certificate-required': {
    status: 401,
    title: 'The client must show its certificate',
    titleJa: 'クライアント証明書が必要です',
    detail: 'This client is bound to a TLS client certificate: connect with that one.',
  },
  'tenant-suspended': {
    status: 403,
    title: 'The tenant is suspended',
    titleJa: 'テナントは停止中です',
    detail: 'Nobody may call on its behalf until the operator resumes it.',
  },
  'role-not-allowed': {
    status: 403,
    title: "The operation is not for this tenant's role",
    titleJa: 'このテナントの役割では実行できない操作です',
    detail: 'Which roles may call it stands at the operation in /openapi.yaml.',
  },
  'insufficient-scope': {
    status: 403,
    title: 'The client lacks a scope',
    titleJa: 'この操作の権限（スコープ）がありません',
    detail: 'Use a client that has the scope which the operation names under security in /openapi.yaml.',
  },
} as const satisfies Readonly<Record<string, ProblemKind>>;
