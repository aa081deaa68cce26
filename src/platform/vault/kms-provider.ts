import type { KMSClient } from '@aws-sdk/client-kms';
import type { KeyEncryptionProvider } from './key-encryption.ts';
import { KeysUnavailable, VaultError } from './vault.ts';

export interface KmsSettings {
  /** ARN of the key that wraps. */
  readonly keyArn: string;
  /** Of keys that wrapped before and still unwrap. */
  readonly formerKeyArns: readonly string[];
  /** Undefined: the region's own. */
  readonly endpoint: string | undefined;
}

const TIMEOUT_MS = 3_000;
const ATTEMPTS = 2;
/** What KMS says of a ciphertext that is not what it made under this key and context. */
const ALTERED: ReadonlySet<string> = new Set(['InvalidCiphertextException', 'IncorrectKeyException']);

/**
 * AWS KMS, with credentials and region as the SDK finds them (environment, profile, role). The SDK is loaded at the first
 * use. A wrapping under a key that is not set here is refused unasked: whoever writes into the database could have made
 * it under a key of his own.
 */
export function createKmsProvider({ keyArn, formerKeyArns, endpoint }: KmsSettings): KeyEncryptionProvider {
  const ours = new Set([keyArn, ...formerKeyArns]);
  let opening: Promise<Kms> | undefined;
  const open = () => {
    opening ??= load(keyArn, endpoint);
    return opening;
  };
  const contextOf = (context: readonly string[]) => ({ 'jpki-verifier': context.map(encodeURIComponent).join('/') });
  return {
    name: 'aws-kms',
    async wrap(context, secret) {
      const { sdk, client } = await open();
      const command = new sdk.EncryptCommand({
        KeyId: keyArn,
        Plaintext: secret,
        EncryptionContext: contextOf(context),
      });
      const { CiphertextBlob } = await client.send(command, limits()).catch(refuse);
      if (CiphertextBlob === undefined || CiphertextBlob.length === 0) throw strange();
      return { keyId: `aws-kms/${keyArn}`, octets: Buffer.from(CiphertextBlob) };
    },
    async unwrap(context, { keyId, octets }) {
      const arn = keyId.slice('aws-kms/'.length);
      if (!ours.has(arn))
        throw new KeysUnavailable('a wrapping is under a KMS key that AWS_KMS_FORMER_KEYS does not name');
      const { sdk, client } = await open();
      const command = new sdk.DecryptCommand({
        KeyId: arn,
        CiphertextBlob: octets,
        EncryptionContext: contextOf(context),
      });
      const { Plaintext, KeyId } = await client.send(command, limits()).catch(refuse);
      if (Plaintext === undefined || KeyId !== arn) throw strange();
      const secret = Buffer.from(Plaintext);
      Plaintext.fill(0);
      return secret;
    },
  };
}

interface Kms {
  readonly sdk: typeof import('@aws-sdk/client-kms');
  readonly client: KMSClient;
}

async function load(keyArn: string, endpoint: string | undefined): Promise<Kms> {
  const sdk = await import('@aws-sdk/client-kms');
  const client = new sdk.KMSClient({
    region: keyArn.split(':')[3] as string,
    maxAttempts: ATTEMPTS,
    ...(endpoint === undefined ? {} : { endpoint }),
  });
  return { sdk, client };
}

const limits = () => ({ abortSignal: AbortSignal.timeout(TIMEOUT_MS) });

function refuse(error: unknown): never {
  const name = error instanceof Error ? error.name : 'unknown';
  if (ALTERED.has(name)) throw new VaultError('a wrapping does not open: altered or moved');
  throw new KeysUnavailable(`KMS cannot be used right now (${name.replaceAll(/\W/g, '').slice(0, 64)})`);
}

const strange = () => new KeysUnavailable('KMS answered what it does not answer');
