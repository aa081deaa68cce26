import { type KeyProviderName, KeysUnavailable, VaultError } from './vault.ts';

/** A secret under a key-encryption key. */
export interface Wrapping {
  /** The key-encryption key with its version, the provider's name first: `file/2`, `vault-transit/jpki/3`. */
  readonly keyId: string;
  readonly octets: Buffer;
}

/**
 * Holds key-encryption keys. `context` says where the secret belongs: it is authenticated with it, and not secret. Both
 * reject with KeysUnavailable while the provider cannot be asked.
 */
export interface KeyEncryptionProvider {
  readonly name: KeyProviderName;
  /** Under the newest key. */
  wrap(context: readonly string[], secret: Uint8Array): Promise<Wrapping>;
  /** Under keys of this deployment alone. VaultError for anything altered and for another context. */
  unwrap(context: readonly string[], wrapping: Wrapping): Promise<Buffer>;
}

/** Wraps by one provider, unwraps by whichever of those at hand wrapped it: so the provider can be changed without a stop. */
export interface KeyEncryption {
  wrap(context: readonly string[], secret: Uint8Array): Promise<Buffer>;
  unwrap(context: readonly string[], wrapped: Uint8Array): Promise<Buffer>;
  /** The key that wraps now. */
  currentKeyId(): Promise<string>;
}

export function createKeyEncryption(
  wrapping: KeyEncryptionProvider,
  others: readonly KeyEncryptionProvider[] = [],
): KeyEncryption {
  const providers = [wrapping, ...others];
  return {
    wrap: async (context, secret) => encodeWrapping(await wrapping.wrap(context, secret)),
    async unwrap(context, wrapped) {
      const known = decodeWrapping(wrapped);
      const provider = providers.find(({ name }) => known.keyId.startsWith(`${name}/`));
      if (provider === undefined) throw new KeysUnavailable(`no provider is set for a stored wrapping`);
      return provider.unwrap(context, known);
    },
    // asked by doing: services tell the version of a key with what it wrapped, and need no further right for that
    currentKeyId: async () => (await wrapping.wrap(['key-encryption-probe'], Buffer.alloc(32))).keyId,
  };
}

/** Of a stored wrapping: 1 is a sealed box of the key file, which holds the key's version itself. */
const FORMAT = { sealedBox: 1, named: 2 };
const NAMED_HEADER_OCTETS = 2;

function encodeWrapping({ keyId, octets }: Wrapping): Buffer {
  if (octets[0] === FORMAT.sealedBox && keyId.startsWith('file/')) return octets;
  const name = Buffer.from(keyId, 'utf8');
  if (name.length > 255) throw new VaultError('the name of the key-encryption key is too long');
  return Buffer.concat([Buffer.from([FORMAT.named, name.length]), name, octets]);
}

/** Says under which key it is; believes nothing of the secret yet. */
export function decodeWrapping(wrapped: Uint8Array): Wrapping {
  const octets = Buffer.from(wrapped.buffer, wrapped.byteOffset, wrapped.byteLength);
  if (octets.length > NAMED_HEADER_OCTETS && octets[0] === FORMAT.sealedBox) {
    return { keyId: `file/${octets.readUInt16BE(1)}`, octets };
  }
  const end = NAMED_HEADER_OCTETS + (octets[1] ?? 0);
  if (octets[0] !== FORMAT.named || octets.length <= end) throw new VaultError('a stored wrapping was altered');
  return { keyId: octets.toString('utf8', NAMED_HEADER_OCTETS, end), octets: octets.subarray(end) };
}
