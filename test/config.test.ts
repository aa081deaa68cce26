import { describe, expect, it } from '@jest/globals';
import { type Config, parseAdministrationConfig, parseConfig } from '../src/config.ts';

const noFile = () => {
  throw new Error('no such file');
};
const production = {
  JPKI_MODE: 'production',
  DATABASE_URL: 'postgres://app:secret@db/jpki',
  TRUST_ANCHORS_DIR: '/etc/jpki/anchors',
  OCSP_URL_DIGITAL_SIGNATURE: 'http://ocsp.example/sign',
  OCSP_URL_USER_AUTHENTICATION: 'https://ocsp.example/auth',
};

const oauth = {
  OAUTH_ISSUER: 'https://as.example',
  OAUTH_AUDIENCE: 'https://jpki.example',
  OAUTH_JWKS_URL: 'https://as.example/jwks',
};

function configOf(env: Record<string, string>, readFile: (path: string) => string = noFile): Config {
  const parsed = parseConfig(env, readFile);
  if (!parsed.ok) throw new Error(parsed.problems.join('\n'));
  return parsed.config;
}
const problemsOf = (env: Record<string, string>, readFile: (path: string) => string = noFile): readonly string[] => {
  const parsed = parseConfig(env, readFile);
  return parsed.ok ? [] : parsed.problems;
};

describe('defaults', () => {
  it('are a sandbox on the loopback', () => {
    expect(configOf({})).toMatchObject({
      mode: 'sandbox',
      host: '127.0.0.1',
      port: 8080,
      sandboxPort: 8081,
      database: undefined,
      dataDir: expect.stringMatching(/\/\.data$/),
      vaultKeyFile: expect.stringMatching(/\/\.data\/vault-key$/),
      revocation: { certIdHash: 'SHA-1', nonce: 'send', clockSkewSeconds: 60, undividedCaKeys: [] },
    });
  });

  it('of production: the owner is the login, nothing strong or unpinned is accepted, no CRLs', () => {
    expect(configOf(production)).toMatchObject({
      mode: 'production',
      database: { adminUrl: production.DATABASE_URL, strongLogin: 'refused' },
      gateway: {
        unpinnedAnchors: 'refused',
        crlDir: undefined,
        ocspUrls: {
          'digital-signature': 'http://ocsp.example/sign',
          'user-authentication': 'https://ocsp.example/auth',
        },
      },
    });
  });

  it('stand for empty values', () => {
    expect(configOf({ ...production, CRL_DIR: '', PORT: ' ' })).toMatchObject({
      port: 8080,
      gateway: { crlDir: undefined },
    });
  });

  it('cannot be changed afterwards', () => {
    const config = configOf(production);
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.revocation.undividedCaKeys)).toBe(true);
  });
});

describe('problems', () => {
  it('are told all at once, as sentences', () => {
    const problems = problemsOf({ JPKI_MODE: 'production', PORT: '99999', LOG_LEVEL: 'loud', SANDBOX_PORT: '1' });
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual([
      'PORT',
      'LOG_LEVEL',
      'DATABASE_URL',
      'SANDBOX_PORT',
      'TRUST_ANCHORS_DIR',
      'OCSP_URL_DIGITAL_SIGNATURE',
      'OCSP_URL_USER_AUTHENTICATION',
    ]);
    for (const problem of problems) expect(problem).toMatch(/^[A-Z_]+ .+\.$/);
  });

  it('of a misspelt mode are not guessed at', () => {
    const { DATABASE_URL, ...gateway } = production;
    expect(problemsOf({ ...gateway, JPKI_MODE: 'Production', PORT: 'x' })).toEqual([
      expect.stringMatching(/^JPKI_MODE must be one of/),
      expect.stringMatching(/^PORT/),
    ]);
  });

  it("leaves an operator's own names alone", () => {
    expect(parseConfig({ JPKI_REGION: 'tokyo', CRLS: 'x' }, () => '').ok).toBe(true);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['an unknown mode', { JPKI_MODE: 'prod' }, /^JPKI_MODE must be one of/],
    ['a typing error', { JPKI_MOD: 'production' }, /^JPKI_MOD is not a setting/],
    ['a typing error of the gateway', { OCSP_URL_SIGNATURE: 'http://a' }, /^OCSP_URL_SIGNATURE is not a setting/],
    ['a port that is no number', { PORT: '80a' }, /^PORT must be/],
    ['a negative port', { PORT: '-1' }, /^PORT must be/],
    ['the same port twice', { PORT: '9000', SANDBOX_PORT: '9000' }, /^PORT and SANDBOX_PORT/],
    ['a gateway in the sandbox', { CRL_DIR: '/crls' }, /^CRL_DIR belongs to JPKI_MODE=production/],
    ['anchors in the sandbox', { TRUST_ANCHORS_DIR: '/a' }, /^TRUST_ANCHORS_DIR belongs/],
    ['an owner without a login', { DATABASE_ADMIN_URL: 'postgres://a/b' }, /^DATABASE_ADMIN_URL is set without/],
    ['a database of another kind', { DATABASE_URL: 'mysql://a/b' }, /^DATABASE_URL must be an address/],
    ['another word than accept', { ...production, DATABASE_SUPERUSER: 'yes' }, /^DATABASE_SUPERUSER must be/],
    [
      'another word than accept for anchors',
      { ...production, TRUST_ANCHORS_UNPINNED: 'true' },
      /^TRUST_ANCHORS_UNPINNED/,
    ],
    [
      'an OCSP address by LDAP',
      { ...production, OCSP_URL_DIGITAL_SIGNATURE: 'ldap://a' },
      /^OCSP_URL_DIGITAL_SIGNATURE/,
    ],
    ['a hash that is too short', { CRL_UNDIVIDED_CA_KEYS: 'abcd' }, /^CRL_UNDIVIDED_CA_KEYS must be/],
    ['a policy without a kind', { CERTIFICATE_POLICIES: '1.2.3' }, /^CERTIFICATE_POLICIES must be/],
    ['a policy of an unknown kind', { CERTIFICATE_POLICIES: '1.2.3=ca/card' }, /^CERTIFICATE_POLICIES must be/],
    ['half an authorization server', { ...oauth, OAUTH_AUDIENCE: '' }, /^OAUTH_AUDIENCE is missing/],
    ['keys by plain HTTP', { ...oauth, OAUTH_JWKS_URL: 'http://as.example/jwks' }, /^OAUTH_JWKS_URL must be/],
    ['keys in a file', { ...oauth, OAUTH_JWKS_URL: 'file:///jwks' }, /^OAUTH_JWKS_URL must be/],
    ['a symmetric algorithm', { ...oauth, OAUTH_ALGORITHMS: 'RS256,HS256' }, /^OAUTH_ALGORITHMS must be/],
    ['no algorithm', { ...oauth, OAUTH_ALGORITHMS: 'none' }, /^OAUTH_ALGORITHMS must be/],
    ['another claim', { ...oauth, OAUTH_CLIENT_CLAIM: 'name' }, /^OAUTH_CLIENT_CLAIM must be/],
    ['a typing error of the authorization server', { OAUTH_ISUER: 'a' }, /^OAUTH_ISUER is not a setting/],
    ['a key without a certificate', { TLS_KEY_FILE: 'a' }, /^TLS needs both/],
    ['client CAs without a certificate', { TLS_CLIENT_CA_FILE: 'a' }, /^TLS needs both/],
    ['a proxy by name', { TRUSTED_PROXIES: 'proxy.example' }, /^TRUSTED_PROXIES must be/],
    ['a header that anybody may send', { CLIENT_CERTIFICATE_HEADER: 'client-cert' }, /^CLIENT_CERTIFICATE_HEADER is/],
    ['a typing error of the proxies', { TRUSTED_PROXY: '10.0.0.1' }, /^TRUSTED_PROXY is not a setting/],
    ['an OCSP time of nothing', { OCSP_TIMEOUT_MS: '0' }, /^OCSP_TIMEOUT_MS must be/],
  ])('%s', (_name, env, sentence) => {
    expect(problemsOf(env)).toEqual([expect.stringMatching(sentence)]);
  });

  it('never repeat a value, which may be a secret', () => {
    const env = { ...production, DATABASE_URL: 'mysql://app:SENTINEL@db', OCSP_URL_DIGITAL_SIGNATURE: 'SENTINEL' };
    expect(problemsOf(env).join()).not.toContain('SENTINEL');
  });
});

describe('the edge', () => {
  it('is API keys over plain HTTP unless something is set', () => {
    expect(configOf({}).edge).toEqual({
      oauth: undefined,
      tls: undefined,
      proxies: { trusted: [], certificateHeader: undefined },
    });
  });

  it('takes tokens by asymmetric algorithms, TLS files and proxies', () => {
    const { edge } = configOf({
      ...oauth,
      TLS_CERT_FILE: '/etc/tls/a.crt',
      TLS_KEY_FILE: '/etc/tls/a.key',
      TRUSTED_PROXIES: '10.0.0.0/8, ::1',
      CLIENT_CERTIFICATE_HEADER: 'Client-Cert',
    });
    expect(edge).toEqual({
      oauth: {
        ...{ issuer: 'https://as.example', audience: 'https://jpki.example', jwksUrl: 'https://as.example/jwks' },
        ...{ algorithms: ['RS256', 'PS256', 'ES256'], clientClaim: 'client_id', scopePrefix: '', clockSkewSeconds: 60 },
      },
      tls: { certFile: '/etc/tls/a.crt', keyFile: '/etc/tls/a.key', clientCaFile: undefined },
      proxies: { trusted: ['10.0.0.0/8', '::1'], certificateHeader: 'client-cert' },
    });
  });
});

describe('lists', () => {
  it('are comma-separated', () => {
    const hash = 'AB'.repeat(32);
    const config = configOf({
      CRL_UNDIVIDED_CA_KEYS: `${hash}, ${'00'.repeat(32)}`,
      CERTIFICATE_POLICIES: '1.2.3=user-authentication/smartphone',
    });
    expect(config.revocation.undividedCaKeys).toEqual([hash.toLowerCase(), '00'.repeat(32)]);
    expect(config.certificatePolicies).toEqual([
      { policy: '1.2.3', kind: 'user-authentication', medium: 'smartphone' },
    ]);
  });
});

describe('secrets in files', () => {
  const { DATABASE_URL, ...rest } = production;

  it('are read without their last line end', () => {
    const config = configOf({ ...rest, DATABASE_URL_FILE: '/run/secrets/db' }, () => `${DATABASE_URL}\n`);
    expect(config.database?.url).toBe(DATABASE_URL);
  });

  it.each<[string, Record<string, string>, (path: string) => string, RegExp]>([
    ['cannot be read', { ...rest, DATABASE_URL_FILE: '/x' }, noFile, /^The file that DATABASE_URL_FILE names cannot/],
    ['are empty', { ...rest, DATABASE_URL_FILE: '/x' }, () => '\n', /^The file that DATABASE_URL_FILE names is empty/],
    ['contradict the setting', { ...production, DATABASE_URL_FILE: '/x' }, () => 'a', /are both set/],
  ])('are a problem when they %s', (_name, env, readFile, sentence) => {
    expect(problemsOf(env, readFile)).toEqual([expect.stringMatching(sentence)]);
  });
});

describe('administration', () => {
  it('needs no gateway', () => {
    const parsed = parseAdministrationConfig(
      {
        JPKI_MODE: 'production',
        DATABASE_URL: production.DATABASE_URL,
        DATABASE_ADMIN_URL: 'postgres://owner@db/jpki',
      },
      noFile,
    );
    expect(parsed).toMatchObject({ ok: true, config: { database: { adminUrl: 'postgres://owner@db/jpki' } } });
  });

  const modeOf = (env: Record<string, string>) => {
    const parsed = parseAdministrationConfig({ DATABASE_URL: production.DATABASE_URL, ...env }, noFile);
    return parsed.ok ? parsed.config.mode : parsed.problems;
  };

  it('takes settings of the gateway for production, so that no tenant of it gets the lenient policy', () => {
    expect(modeOf({})).toBe('sandbox');
    expect(modeOf({ TRUST_ANCHORS_DIR: '/etc/jpki/anchors' })).toBe('production');
    expect(modeOf({ JPKI_MODE: 'sandbox', TRUST_ANCHORS_DIR: '/etc/jpki/anchors' })).toBe('sandbox');
    expect(modeOf({ JPKI_MODE: 'prod' })).toEqual([expect.stringMatching(/^JPKI_MODE must be/)]);
  });

  it('needs a database in production', () => {
    const parsed = parseAdministrationConfig({ JPKI_MODE: 'production' }, noFile);
    expect(parsed).toEqual({ ok: false, problems: [expect.stringMatching(/^DATABASE_URL is missing/)] });
  });
});

describe('seals of the audit trail', () => {
  it('are kept nowhere outside unless a place is named', () => {
    expect(configOf({}).auditSeals).toEqual({ file: undefined, webhook: undefined });
  });

  it('are kept in a file and told to an address, which may hold a secret', () => {
    const env = { AUDIT_SEALS_FILE: 'seals.ndjson', AUDIT_SEALS_WEBHOOK_FILE: '/run/secrets/webhook' };
    const { auditSeals } = configOf(env, () => 'https://keeper.example/secret\n');
    expect(auditSeals).toEqual({
      file: expect.stringMatching(/^\/.*\/seals\.ndjson$/),
      webhook: 'https://keeper.example/secret',
    });
  });

  it('of the deployment itself end their term after ten years, or as many as are set', () => {
    expect(configOf({}).auditRetentionYears).toBe(10);
    expect(configOf({ AUDIT_RETENTION_YEARS: '1' }).auditRetentionYears).toBe(1);
    expect(problemsOf({ AUDIT_RETENTION_YEARS: '0' })).toEqual([expect.stringMatching(/from 1 to 100/)]);
  });

  it.each([{ AUDIT_SEALS_WEBHOOK: 'ftp://keeper.example' }, { AUDIT_SEAL_FILE: 'x' }])('%j is refused', (env) => {
    expect(problemsOf(env)).toHaveLength(1);
  });
});

describe('the time stamping authority', () => {
  const tsa = { TSA_URL: 'https://tsa.example/tsr', TSA_TRUST_ANCHORS: 'tsa.pem' };
  const tsaOf = (env: Record<string, string>, readFile: (path: string) => string = noFile) => {
    const config = configOf({ ...production, ...env }, readFile);
    return config.mode === 'production' ? config.gateway.tsa : undefined;
  };

  it('is none unless one is set', () => {
    expect(tsaOf({})).toBeUndefined();
    expect(configOf(production).tsaTimeoutMs).toBe(5_000);
  });

  it('has an address, which may hold a secret, and certificates that vouch for it', () => {
    const trustAnchors = expect.stringMatching(/^\/.*\/tsa\.pem$/);
    expect(tsaOf(tsa)).toEqual({ url: tsa.TSA_URL, trustAnchors, policy: undefined });
    expect(tsaOf({ ...tsa, TSA_POLICY: '1.2.392.1' })).toMatchObject({ policy: '1.2.392.1' });
    const env = { TSA_URL_FILE: '/run/secrets/tsa', TSA_TRUST_ANCHORS: '/etc/tsa' };
    expect(tsaOf(env, () => 'https://user:secret@tsa.example\n')).toMatchObject({
      url: 'https://user:secret@tsa.example',
      trustAnchors: '/etc/tsa',
    });
    expect(configOf({ ...production, ...tsa, TSA_TIMEOUT_MS: '300' }).tsaTimeoutMs).toBe(300);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['without anchors', { TSA_URL: tsa.TSA_URL }, /^TSA_TRUST_ANCHORS is missing/],
    ['without an address', { TSA_TRUST_ANCHORS: 'tsa.pem' }, /^TSA_URL is missing/],
    ['with a policy alone of what it needs', { ...tsa, TSA_POLICY: 'qualified' }, /^TSA_POLICY must be/],
    ['by LDAP', { ...tsa, TSA_URL: 'ldap://tsa.example' }, /^TSA_URL must be/],
    ['given twice', { ...tsa, TSA_URL_FILE: '/run/secrets/tsa' }, /^TSA_URL and TSA_URL_FILE/],
    ['that is waited for for ever', { ...tsa, TSA_TIMEOUT_MS: '60000' }, /^TSA_TIMEOUT_MS must be/],
    ['misspelt', { TSA_ADDRESS: tsa.TSA_URL }, /^TSA_ADDRESS is not a setting/],
  ])('%s is refused', (_, env, sentence) => {
    expect(problemsOf({ ...production, ...env })).toEqual([expect.stringMatching(sentence)]);
  });

  it('of the sandbox is its own', () => {
    expect(problemsOf({ TSA_URL: tsa.TSA_URL })).toEqual([expect.stringMatching(/^TSA_URL belongs to/)]);
  });
});
