import { readFile } from 'node:fs/promises';
import { createHttpClient } from '../http-client/http-client.ts';
import { traceHttpClient } from '../telemetry/traced-http-client.ts';
import { createFileProvider } from './file-provider.ts';
import { createKeyEncryption, type KeyEncryption, type KeyEncryptionProvider } from './key-encryption.ts';
import { type DeploymentKeys, readKeyFile } from './key-file.ts';
import { createKmsProvider, type KmsSettings } from './kms-provider.ts';
import { createPkcs11Provider, type Pkcs11Settings } from './pkcs11-provider.ts';
import type { TokenSource } from './token-source.ts';
import { createTransitProvider, type TransitSettings } from './transit-provider.ts';
import { type KeyProviderName, KeysUnavailable } from './vault.ts';

/** Who wraps, and who else is at hand to unwrap what was wrapped before. The key file always is. */
export interface KeySettings {
  readonly provider: KeyProviderName;
  /** For so long are unwrapped data keys kept in memory. */
  readonly cacheSeconds: number;
  readonly transit: (TransitSettings & { readonly token: TokenSource }) | undefined;
  readonly kms: KmsSettings | undefined;
  readonly pkcs11?: Pkcs11Settings | undefined;
}

export const USUAL_KEYS: KeySettings = { provider: 'file', cacheSeconds: 300, transit: undefined, kms: undefined };

export function openKeyEncryption(keyFile: string, known: DeploymentKeys, settings: KeySettings): KeyEncryption {
  const reload = async () => {
    const keys = await readKeyFile(keyFile);
    if (keys === undefined) throw new KeysUnavailable('the key file is gone');
    return keys.keyEncryptionVersions;
  };
  const { transit, kms, pkcs11 } = settings;
  const openHttp = () => traceHttpClient(createHttpClient({ maxSockets: 16 }));
  const providers: KeyEncryptionProvider[] = [
    createFileProvider(known.keyEncryptionVersions, reload),
    ...(transit === undefined ? [] : [createTransitProvider(transit, () => readToken(transit.token), openHttp())]),
    ...(kms === undefined ? [] : [createKmsProvider(kms)]),
    ...(pkcs11 === undefined ? [] : [createPkcs11Provider(pkcs11)]),
  ];
  const wrapping = providers.find(({ name }) => name === settings.provider);
  if (wrapping === undefined) throw new Error(`no settings of the provider ${settings.provider}`);
  return createKeyEncryption(
    wrapping,
    providers.filter((one) => one !== wrapping),
  );
}

async function readToken(token: TokenSource): Promise<string> {
  if ('value' in token) return token.value;
  const content = await readFile(token.file, 'utf8').catch(() => '');
  if (content.trim() === '') throw new KeysUnavailable('the file of the Vault token cannot be read, or is empty');
  return content.trim();
}
