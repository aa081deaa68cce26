/** What data keys are for: one key per tenant and purpose. */
export type KeyPurpose = 'attributes' | 'serial' | 'evidence' | 'my-number' | 'face' | 'report' | 'idempotency';

export const KEY_PURPOSES = [
  'attributes',
  'serial',
  'evidence',
  'my-number',
  'face',
  'report',
  'idempotency',
] as const satisfies readonly KeyPurpose[];

/** Who holds the key-encryption keys. */
export type KeyProviderName = 'file' | 'vault-transit' | 'aws-kms' | 'pkcs11';

/** Where a ciphertext belongs: authenticated data, so that a swapped row or column does not decrypt. */
export interface FieldIdentity {
  readonly table: string;
  readonly column: string;
  readonly rowId: string;
  readonly tenantId: string;
}

/** Keyed hashes (HMAC-SHA-256); keys are held as KeyObject and never leave the vault. 32 octets each. */
export interface KeyedHashes {
  /** API keys, under one deployment key. */
  apiKey(key: string): Buffer;
  /** `serial_match`: certificate identity for matching against revocation, under one deployment key, never sent out. */
  serialMatch(issuerSpkiSha256: Uint8Array, serialOctets: Uint8Array): Buffer;
  /** `serialNumberMac`: the same identity under the tenant's key: the only one that an answer shows. */
  serialNumberMac(tenantId: string, issuerSpkiSha256: Uint8Array, serialOctets: Uint8Array): Buffer;
  /** Bodies of idempotent requests, under the tenant's key. */
  requestBody(tenantId: string, body: Uint8Array): Buffer;
  /** A field that is personal and must be found again by its exact value, under the tenant's key; fields never mix. */
  lookup(tenantId: string, field: 'reference' | 'idempotency-key', value: string): Buffer;
}

/** What hash keys are for; each is rotated by itself. `lookup`: references, Idempotency-Keys and their bodies. */
export type HashPurpose = 'api-key' | 'serial-match' | 'serial-number-mac' | 'lookup';

export const HASH_PURPOSES = [
  'api-key',
  'serial-match',
  'serial-number-mac',
  'lookup',
] as const satisfies readonly HashPurpose[];

/** Hashes under the keys of one epoch. What is stored or searched for by one of them takes the others from it as well. */
export interface HashGeneration extends KeyedHashes {
  readonly epoch: number;
  /** Under the keys of before, each while it is being rotated: what is searched for may still be kept under it. */
  readonly before: { readonly [Hash in keyof KeyedHashes]: KeyedHashes[Hash] | null };
}

/** Itself always the keys of now, as far as is known. */
export interface RotatingHashes extends HashGeneration {
  /** Those of now, for as long as they are held: what waits in between takes all hashes from one. */
  now(): HashGeneration;
  /** Loads the keys anew; were others in use? */
  refresh(): Promise<boolean>;
  /** One round trip, and no key is loaded. */
  isOutdated(): Promise<boolean>;
}

/** Envelope encryption, AES-256-GCM. */
export interface Vault {
  readonly hashes: RotatingHashes;
  readonly deployment: DeploymentSecrets;
  /** Makes sure that the tenant's data keys are unwrapped in memory (one round trip the first time, none later). */
  open(tenantId: string): Promise<TenantVault>;
}

/** Secrets of the deployment itself, under its key-encryption key; `identity` says where the secret belongs. */
export interface DeploymentSecrets {
  seal(identity: string, secret: Uint8Array): Promise<Buffer>;
  /** Rejects with VaultError on any alteration, and for another identity. */
  open(identity: string, sealed: Uint8Array): Promise<Buffer>;
}

/** Seals and opens fields. */
export interface FieldVault {
  encrypt(purpose: KeyPurpose, identity: FieldIdentity, plaintext: Uint8Array): Buffer;
  /** Throws VaultError on any alteration. */
  decrypt(purpose: KeyPurpose, identity: FieldIdentity, ciphertext: Uint8Array): Buffer;
}

/** What must be deletable beyond recovery: its fields are sealed under a key of its own, kept in key_store.record_key. */
export type RecordKind = 'verification' | 'subject';

/** By which of the tenant's keys a record's own key is wrapped. */
export const RECORD_KEY_PURPOSE: Readonly<Record<RecordKind, KeyPurpose>> = {
  verification: 'evidence',
  subject: 'attributes',
};

/** A tenant's, by its purpose keys; synchronous once opened. */
export interface TenantVault extends FieldVault {
  /** A record that is made now; `wrapped` must be kept in the transaction that keeps its fields. */
  newRecord(kind: RecordKind, id: string): FieldVault & { readonly wrapped: Buffer };
  /**
   * The record whose key is kept as `wrapped`; null where none is. Fields from before records had keys open all the same;
   * others throw RecordShredded then. VaultError when the key is another record's or was altered.
   */
  openRecord(kind: RecordKind, id: string, wrapped: Uint8Array | null): FieldVault;
}

export class VaultError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'VaultError';
  }
}

/** The record's own key is gone: it was deleted, and nobody opens it again. Answered as 410 `record-shredded`. */
export class RecordShredded extends VaultError {
  constructor() {
    super('the key of the record is gone');
    this.name = 'RecordShredded';
  }
}

/** The keys cannot be had right now: answered as 503 `keys-unavailable`, retryable. Nothing is stored unsealed meanwhile. */
export class KeysUnavailable extends VaultError {
  constructor(message: string, cause?: unknown) {
    super(message, cause);
    this.name = 'KeysUnavailable';
  }
}
