import { isAbsolute, resolve } from 'node:path';
import type { SettingsReader } from '../platform/settings.ts';
import type { KeySettings } from '../platform/vault/key-settings.ts';
import type { KmsSettings } from '../platform/vault/kms-provider.ts';
import type { Pkcs11Settings } from '../platform/vault/pkcs11-provider.ts';
import { isSafeUrl } from './safe-url.ts';

const VAULT_SETTINGS = [
  'VAULT_ADDR',
  'VAULT_TOKEN',
  'VAULT_TOKEN_FILE',
  'VAULT_TRANSIT_KEY',
  'VAULT_TRANSIT_MOUNT',
  'VAULT_NAMESPACE',
] as const;
const PKCS11_SETTINGS = [
  'PKCS11_MODULE',
  'PKCS11_TOKEN',
  'PKCS11_KEY',
  'PKCS11_FORMER_KEYS',
  'PKCS11_PIN',
  'PKCS11_PIN_FILE',
] as const;
const KMS_SETTINGS = ['AWS_KMS_KEY', 'AWS_KMS_FORMER_KEYS', 'AWS_KMS_ENDPOINT'] as const;

export const KEY_SETTINGS = [
  ...['KEY_PROVIDER', 'KEY_CACHE_SECONDS'],
  ...VAULT_SETTINGS,
  ...KMS_SETTINGS,
  ...PKCS11_SETTINGS,
] as const;

const KEY_ARN = /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]{1,64}$/;
const ARN_SHAPE = 'ARNs of keys (arn:aws:kms:REGION:ACCOUNT:key/ID), not of aliases';
/** Names become part of an address. */
const KEY_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;
const MOUNT = /^[A-Za-z0-9_-][A-Za-z0-9_.-]*(\/[A-Za-z0-9_-][A-Za-z0-9_.-]*){0,7}$/;

/** Who holds the key-encryption keys. A provider that is set beside the one that wraps still unwraps what it wrapped. */
export function parseKeys(settings: SettingsReader): KeySettings {
  const provider = settings.oneOf('KEY_PROVIDER', ['file', 'vault-transit', 'aws-kms', 'pkcs11'], 'file');
  const cacheSeconds = settings.integer('KEY_CACHE_SECONDS', { min: 10, max: 3_600, fallback: 300 });
  const transit =
    provider === 'vault-transit' || settings.has('VAULT_TRANSIT_KEY') ? parseTransit(settings) : undefined;
  const kms = provider === 'aws-kms' || KMS_SETTINGS.some(settings.has) ? parseKms(settings) : undefined;
  const pkcs11 = provider === 'pkcs11' || PKCS11_SETTINGS.some(settings.has) ? parsePkcs11(settings) : undefined;
  return { provider, cacheSeconds, transit, kms, pkcs11 };
}

function parseTransit(settings: SettingsReader): KeySettings['transit'] {
  const need = (name: string, what: string) => settings.report(`${name} is missing: set it to ${what}.`);
  const address = readAddress(settings, 'VAULT_ADDR');
  if (!settings.has('VAULT_ADDR')) need('VAULT_ADDR', 'the address of Vault');
  const key = settings.text('VAULT_TRANSIT_KEY');
  if (key === undefined) need('VAULT_TRANSIT_KEY', 'the name of the transit key');
  else if (!KEY_NAME.test(key)) settings.report('VAULT_TRANSIT_KEY must be the name of a transit key.');
  const mount = settings.text('VAULT_TRANSIT_MOUNT') ?? 'transit';
  if (!MOUNT.test(mount)) settings.report('VAULT_TRANSIT_MOUNT must be the path of a transit engine, as in transit.');
  const token = settings.secret('VAULT_TOKEN');
  const file = settings.text('VAULT_TOKEN_FILE');
  if (token === undefined && file === undefined) need('VAULT_TOKEN or VAULT_TOKEN_FILE', 'a token of Vault');
  if (address === undefined || key === undefined || token === undefined) return undefined;
  return {
    ...{ address, mount, key, namespace: settings.text('VAULT_NAMESPACE') },
    token: file === undefined ? { value: token } : { file: resolve(file) },
  };
}

function parseKms(settings: SettingsReader): KmsSettings | undefined {
  const decode = (item: string) => (KEY_ARN.test(item) ? item : undefined);
  const keys = settings.list('AWS_KMS_KEY', ARN_SHAPE, decode);
  if (!settings.has('AWS_KMS_KEY')) settings.report('AWS_KMS_KEY is missing: set it to the ARN of the key that wraps.');
  if (keys.length > 1) settings.report('AWS_KMS_KEY is one ARN: earlier ones belong into AWS_KMS_FORMER_KEYS.');
  const formerKeyArns = settings.list('AWS_KMS_FORMER_KEYS', ARN_SHAPE, decode);
  const endpoint = readAddress(settings, 'AWS_KMS_ENDPOINT');
  const [keyArn] = keys;
  return keyArn === undefined ? undefined : { keyArn, formerKeyArns, endpoint };
}

/** Of a key in a token: a label without commas, or `id:` and hexadecimal. */
const TOKEN_KEY = /^(id:([0-9A-Fa-f]{2}){1,64}|(?!id:)[\x21-\x2b\x2d-\x7e][\x20-\x2b\x2d-\x7e]{0,99})$/;
const TOKEN_KEY_SHAPE = 'labels of keys, or id: and hexadecimal digits';
const TOKEN_LABEL_OCTETS = 32;

function parsePkcs11(settings: SettingsReader): Pkcs11Settings | undefined {
  const need = (name: string, what: string) => settings.report(`${name} is missing: set it to ${what}.`);
  const modulePath = settings.text('PKCS11_MODULE');
  if (modulePath === undefined) need('PKCS11_MODULE', 'the path of the PKCS#11 module');
  else if (!isAbsolute(modulePath)) settings.report('PKCS11_MODULE must be an absolute path.');
  const token = settings.text('PKCS11_TOKEN');
  if (token === undefined) need('PKCS11_TOKEN', 'the label of the token');
  else if (Buffer.byteLength(token) > TOKEN_LABEL_OCTETS) settings.report('PKCS11_TOKEN has more than 32 octets.');
  const decode = (item: string) => (TOKEN_KEY.test(item) ? item : undefined);
  const keys = settings.list('PKCS11_KEY', TOKEN_KEY_SHAPE, decode);
  if (!settings.has('PKCS11_KEY')) need('PKCS11_KEY', 'the label of the key that wraps');
  if (keys.length > 1) settings.report('PKCS11_KEY is one key: earlier ones belong into PKCS11_FORMER_KEYS.');
  const formerKeys = settings.list('PKCS11_FORMER_KEYS', TOKEN_KEY_SHAPE, decode);
  const value = settings.secret('PKCS11_PIN');
  const file = settings.text('PKCS11_PIN_FILE');
  if (value === undefined && file === undefined) need('PKCS11_PIN_FILE', 'the file of the PIN');
  const [key] = keys;
  if (modulePath === undefined || token === undefined || key === undefined || value === undefined) return undefined;
  return { modulePath, token, key, formerKeys, pin: file === undefined ? { value } : { file: resolve(file) } };
}

/** Data keys travel there and back. */
function readAddress(settings: SettingsReader, name: string): string | undefined {
  const address = settings.text(name);
  if (address === undefined || isSafeUrl(address)) return address;
  settings.report(`${name} must be an address that begins with https:// (http:// on the loopback alone).`);
  return undefined;
}
