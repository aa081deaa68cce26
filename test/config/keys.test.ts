import { describe, expect, it } from '@jest/globals';
import { parseConfig } from '../../src/config.ts';

const ARN = 'arn:aws:kms:ap-northeast-1:111122223333:key/mrk-1234abcd';
const FORMER = 'arn:aws:kms:ap-northeast-1:111122223333:key/0a1b';
const transit = { KEY_PROVIDER: 'vault-transit', VAULT_ADDR: 'https://vault.example:8200', VAULT_TRANSIT_KEY: 'jpki' };

const parse = (env: Record<string, string>) => parseConfig(env, () => 'from-file');
const keysOf = (env: Record<string, string>) => {
  const parsed = parse(env);
  if (!parsed.ok) throw new Error(parsed.problems.join('\n'));
  return parsed.config.keys;
};
const problemsOf = (env: Record<string, string>) => {
  const parsed = parse(env);
  return parsed.ok ? [] : parsed.problems;
};

describe('settings of the keys', () => {
  it('are the key file and five minutes, whatever an operator has set for other programs', () => {
    const usual = { provider: 'file', cacheSeconds: 300, transit: undefined, kms: undefined };
    expect(keysOf({})).toEqual(usual);
    expect(keysOf({ VAULT_ADDR: 'https://vault.example', VAULT_TOKEN: 't', AWS_REGION: 'x' })).toEqual(usual);
  });

  it('of Vault Transit: token as a value, or as a file to be read at each use', () => {
    expect(keysOf({ ...transit, VAULT_TOKEN: 't' }).transit).toEqual({
      ...{ address: transit.VAULT_ADDR, mount: 'transit', key: 'jpki', namespace: undefined, token: { value: 't' } },
    });
    const other = { VAULT_TOKEN_FILE: '/run/token', VAULT_TRANSIT_MOUNT: 'kv/bank-a', VAULT_NAMESPACE: 'bank' };
    expect(keysOf({ ...transit, ...other }).transit).toMatchObject({
      ...{ mount: 'kv/bank-a', namespace: 'bank', token: { file: '/run/token' } },
    });
  });

  it('of AWS KMS, beside another provider that wraps', () => {
    const { provider, kms } = keysOf({ AWS_KMS_KEY: ARN, AWS_KMS_FORMER_KEYS: FORMER });
    expect([provider, kms]).toEqual(['file', { keyArn: ARN, formerKeyArns: [FORMER], endpoint: undefined }]);
    expect(keysOf({ KEY_PROVIDER: 'aws-kms', AWS_KMS_KEY: ARN }).provider).toBe('aws-kms');
  });

  const hsm = {
    ...{ KEY_PROVIDER: 'pkcs11', PKCS11_MODULE: '/usr/lib/hsm.so', PKCS11_TOKEN: 'bank', PKCS11_KEY: 'wrap-2' },
    PKCS11_PIN_FILE: '/run/pin',
  };

  it('of a token by PKCS#11: keys by label or id, the PIN as a file to be read at each login', () => {
    const { provider, pkcs11 } = keysOf({ ...hsm, PKCS11_FORMER_KEYS: 'wrap-1, id:0aFF' });
    expect(provider).toBe('pkcs11');
    expect(pkcs11).toEqual({
      ...{ modulePath: '/usr/lib/hsm.so', token: 'bank', key: 'wrap-2', formerKeys: ['wrap-1', 'id:0aFF'] },
      pin: { file: '/run/pin' },
    });
    expect(keysOf({ ...hsm, KEY_PROVIDER: 'file' }).pkcs11?.key).toBe('wrap-2');
  });

  it.each([
    ['no module', { ...hsm, PKCS11_MODULE: '' }, /^PKCS11_MODULE is missing/],
    ['a module that is searched for', { ...hsm, PKCS11_MODULE: 'hsm.so' }, /^PKCS11_MODULE must be an absolute path/],
    ['no token', { ...hsm, PKCS11_TOKEN: '' }, /^PKCS11_TOKEN is missing/],
    ['a token of too long a label', { ...hsm, PKCS11_TOKEN: 'x'.repeat(33) }, /^PKCS11_TOKEN has more/],
    ['no key of the token', { ...hsm, PKCS11_KEY: '' }, /^PKCS11_KEY is missing/],
    ['two keys of the token', { ...hsm, PKCS11_KEY: 'a,b' }, /^PKCS11_KEY is one key/],
    ['an id that is none', { ...hsm, PKCS11_KEY: 'id:abc' }, /^PKCS11_KEY must be/],
    ['no PIN', { ...hsm, PKCS11_PIN_FILE: '' }, /^PKCS11_PIN_FILE is missing/],
    ['a typing error of the token', { ...hsm, PKCS11_LABEL: 'x' }, /^PKCS11_LABEL is not a setting/],
    ['another provider', { KEY_PROVIDER: 'hsm' }, /^KEY_PROVIDER must be one of file, vault-transit, aws-kms/],
    ['keys for ever', { KEY_CACHE_SECONDS: '3601' }, /^KEY_CACHE_SECONDS must be/],
    ['keys for no time', { KEY_CACHE_SECONDS: '9' }, /^KEY_CACHE_SECONDS must be/],
    ['a typing error', { KEY_CACHE_SECOND: '9' }, /^KEY_CACHE_SECOND is not a setting/],
    [
      'no address',
      { KEY_PROVIDER: 'vault-transit', VAULT_TRANSIT_KEY: 'a', VAULT_TOKEN: 't' },
      /^VAULT_ADDR is missing/,
    ],
    ['no token', transit, /^VAULT_TOKEN or VAULT_TOKEN_FILE is missing/],
    ['no key', { ...transit, VAULT_TRANSIT_KEY: '', VAULT_TOKEN: 't' }, /^VAULT_TRANSIT_KEY is missing/],
    ['a key that is a path', { ...transit, VAULT_TRANSIT_KEY: 'a/../b', VAULT_TOKEN: 't' }, /^VAULT_TRANSIT_KEY must/],
    [
      'a mount that climbs',
      { ...transit, VAULT_TRANSIT_MOUNT: '../sys', VAULT_TOKEN: 't' },
      /^VAULT_TRANSIT_MOUNT must/,
    ],
    [
      'keys in the clear',
      { ...transit, VAULT_ADDR: 'http://vault.example', VAULT_TOKEN: 't' },
      /^VAULT_ADDR must.*https/,
    ],
    ['no key of KMS', { KEY_PROVIDER: 'aws-kms' }, /^AWS_KMS_KEY is missing/],
    ['an alias', { AWS_KMS_KEY: 'arn:aws:kms:eu-west-1:111122223333:alias/a' }, /^AWS_KMS_KEY must be/],
    ['two keys', { AWS_KMS_KEY: `${ARN},${FORMER}` }, /^AWS_KMS_KEY is one ARN/],
    ['KMS in the clear', { AWS_KMS_KEY: ARN, AWS_KMS_ENDPOINT: 'http://kms.example' }, /^AWS_KMS_ENDPOINT must.*https/],
  ])('are refused with %s', (_, env, sentence) => {
    expect(problemsOf(env as Record<string, string>)).toContainEqual(expect.stringMatching(sentence));
  });
});
