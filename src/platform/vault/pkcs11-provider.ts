import { frame } from './frames.ts';
import type { KeyEncryptionProvider } from './key-encryption.ts';
import { type AskedProcess, createAskedProcess } from './pkcs11/asked-process.ts';
import type { TokenQuestion } from './pkcs11/question.ts';
import type { TokenSettings } from './pkcs11/token.ts';
import type { TokenSource } from './token-source.ts';
import { KeysUnavailable, VaultError } from './vault.ts';

export interface Pkcs11Settings extends TokenSettings {
  /** An AES-256 key in the token, which wraps: its label, or `id:` and its CKA_ID in hexadecimal. */
  readonly key: string;
  /** Those that wrapped before and still unwrap. */
  readonly formerKeys: readonly string[];
  readonly pin: TokenSource;
}

/**
 * A hardware security module by PKCS#11. CKM_AES_GCM, not CKM_AES_KEY_WRAP_PAD: a wrapping must not open anywhere else than
 * where it belongs, and key wrap authenticates nothing beside the key. The process that asks it is started at the
 * first use. A wrapping under a key that is not set here is refused unasked, as with KMS.
 */
export function createPkcs11Provider(settings: Pkcs11Settings, process?: AskedProcess): KeyEncryptionProvider {
  const { modulePath, token, key, formerKeys, pin } = settings;
  const ours = new Set([key, ...formerKeys]);
  let asked = process;
  async function ask(question: TokenQuestion): Promise<Buffer> {
    asked ??= createAskedProcess({ settings: { modulePath, token }, pin });
    const answer = await asked.ask(question);
    if (answer.outcome === 'altered') throw new VaultError('a wrapping does not open: altered or moved');
    if (answer.outcome === 'unavailable')
      throw new KeysUnavailable(`The token cannot be used right now: ${answer.why}`);
    return Buffer.from(answer.octets.buffer, answer.octets.byteOffset, answer.octets.byteLength);
  }
  return {
    name: 'pkcs11',
    async wrap(context, secret) {
      const octets = await ask({ act: 'wrap', key, aad: frame(...context), octets: secret });
      return { keyId: `pkcs11/${key}`, octets };
    },
    async unwrap(context, { keyId, octets }) {
      const name = keyId.slice('pkcs11/'.length);
      if (!ours.has(name)) {
        throw new KeysUnavailable('a wrapping is under a key of the token that PKCS11_FORMER_KEYS does not name');
      }
      return ask({ act: 'unwrap', key: name, aad: frame(...context), octets });
    },
  };
}
