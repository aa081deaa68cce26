import { createHash, randomBytes } from 'node:crypto';
import { type Cryptoki, loadCryptoki, readWord, struct, WORD, words } from './cryptoki.ts';

/** A return value of the module (CKR_…), or what was found wrong before it was asked. */
export class TokenError extends Error {
  readonly reason: number | string;
  constructor(reason: number | string) {
    super(typeof reason === 'number' ? `CKR 0x${reason.toString(16)}` : reason);
    this.reason = reason;
  }
}

export interface TokenSettings {
  /** Of the module: a shared library. */
  readonly modulePath: string;
  /** The token's label. */
  readonly token: string;
}

export interface Token {
  /** nonce (12), then the ciphertext with its tag (16). */
  encrypt(key: string, aad: Uint8Array, secret: Uint8Array): Buffer;
  /** Undefined when it does not open: altered, moved, or under another key. */
  decrypt(key: string, aad: Uint8Array, sealed: Uint8Array): Buffer | undefined;
  /** Whoever uses it next opens it anew. */
  forget(): void;
  /** SHA-256, in hexadecimal, of the PIN that is not tried again; undefined where none was refused. */
  refusedPin(): string | undefined;
}

const CKR = {
  generalError: 0x05,
  encryptedDataInvalid: 0x40,
  encryptedDataLength: 0x41,
  aeadDecryptFailed: 0x42,
  pinIncorrect: 0xa0,
  alreadyLoggedIn: 0x100,
  alreadyInitialized: 0x191,
};
/** SoftHSM has a general error for a tag that does not fit. */
const DOES_NOT_OPEN: ReadonlySet<unknown> = new Set([
  CKR.generalError,
  CKR.encryptedDataInvalid,
  CKR.encryptedDataLength,
  CKR.aeadDecryptFailed,
]);
const CKM_AES_GCM = 0x1087;
const CKA = { class: 0x00, token: 0x01, label: 0x03, keyType: 0x100, id: 0x102, valueLength: 0x161 };
const CKO_SECRET_KEY = 4;
const CKK_AES = 0x1f;
const CKF_OS_LOCKING_OK = 2;
const CKF_SERIAL_SESSION = 4;
const CKU_USER = 1;
const NONCE_OCTETS = 12;
const TAG_OCTETS = 16;
const KEY_OCTETS = 32;
const LABEL_OCTETS = 32;
const TOKEN_INFO_OCTETS = 256;

/**
 * One session with a token. `readPin` is asked at each login. A PIN that was refused is not tried again: a token locks
 * itself after some wrong ones. `refusedBefore`: the SHA-256 of one that another process saw refused.
 */
export function createToken(
  { modulePath, token: wanted }: TokenSettings,
  readPin: () => string,
  refusedBefore?: string,
): Token {
  let module: Cryptoki | undefined;
  let session: bigint | undefined;
  let refusedPin = refusedBefore;
  /** Did the module begin anew for this session? */
  let began = true;
  const keys = new Map<string, bigint>();
  const proved = new Set<bigint>();

  function ask(...[name, ...values]: Parameters<Cryptoki['call']>): void {
    const value = (module as Cryptoki).call(name, ...values);
    if (value !== 0) throw new TokenError(value);
  }

  function initialize(): void {
    began = true;
    module ??= loadCryptoki(modulePath);
    try {
      ask('C_Initialize', struct(null, null, null, null, CKF_OS_LOCKING_OK, null));
    } catch (error) {
      if (!(error instanceof TokenError) || error.reason !== CKR.alreadyInitialized) throw error;
      began = false; // what it knows of tokens may be old
    }
  }

  function findSlot(): bigint {
    const count = words(1);
    ask('C_GetSlotList', 1, null, count);
    const slots = words(Math.max(1, Number(readWord(count))));
    ask('C_GetSlotList', 1, slots, count);
    const info = Buffer.alloc(TOKEN_INFO_OCTETS);
    for (let at = 0; at < Number(readWord(count)); at++) {
      const slot = readWord(slots, at);
      if ((module as Cryptoki).call('C_GetTokenInfo', slot, info) !== 0) continue; // none in it that can be read
      const label = info.toString('utf8', 0, LABEL_OCTETS).trimEnd();
      if (label === wanted) return slot;
    }
    throw new TokenError('there is no token with this label');
  }

  function login(opened: bigint): void {
    const pin = readPin();
    const name = createHash('sha256').update(pin).digest('hex');
    if (name === refusedPin) throw new TokenError('the PIN was refused before');
    const octets = Buffer.from(pin, 'utf8');
    try {
      ask('C_Login', opened, CKU_USER, octets, octets.length);
    } catch (error) {
      if (!(error instanceof TokenError) || error.reason !== CKR.alreadyLoggedIn) {
        if (error instanceof TokenError && error.reason === CKR.pinIncorrect) refusedPin = name;
        throw error;
      }
    } finally {
      octets.fill(0);
    }
  }

  function open(): bigint {
    if (session !== undefined) return session;
    initialize();
    const handle = words(1);
    ask('C_OpenSession', findSlot(), CKF_SERIAL_SESSION, null, null, handle);
    login(readWord(handle));
    session = readWord(handle);
    return session;
  }

  function findKey(opened: bigint, key: string): bigint {
    const known = keys.get(key);
    if (known !== undefined) return known;
    const [type, value] = key.startsWith('id:')
      ? [CKA.id, Buffer.from(key.slice(3), 'hex')]
      : [CKA.label, toOctets(key)];
    const template = attributes([
      ...([
        [CKA.class, struct(CKO_SECRET_KEY)],
        [CKA.keyType, struct(CKK_AES)],
        [CKA.token, Buffer.of(1)],
      ] as const),
      [type, value],
    ]);
    ask('C_FindObjectsInit', opened, template.octets, template.count);
    const found = words(2);
    const count = words(1);
    try {
      ask('C_FindObjects', opened, found, 2, count);
    } finally {
      ask('C_FindObjectsFinal', opened);
    }
    if (readWord(count) !== 1n) throw new TokenError('there is not exactly one such key in the token');
    const handle = readWord(found);
    const length = words(1);
    ask('C_GetAttributeValue', opened, handle, attributes([[CKA.valueLength, length]]).octets, 1);
    if (readWord(length) !== BigInt(KEY_OCTETS)) throw new TokenError('the key is not one of AES-256');
    keys.set(key, handle);
    return handle;
  }

  function encryptUnder(opened: bigint, key: bigint, aad: Buffer, secret: Buffer): Buffer {
    // a token that makes the nonce itself writes it here
    const nonce = randomBytes(NONCE_OCTETS);
    const mechanism = gcm(nonce, aad);
    ask('C_EncryptInit', opened, mechanism.octets, key);
    const sealed = Buffer.alloc(secret.length + TAG_OCTETS);
    const length = struct(sealed.length);
    ask('C_Encrypt', opened, secret, secret.length, sealed, length);
    if (readWord(length) !== BigInt(sealed.length)) throw new TokenError('the ciphertext is not as long as it must be');
    return Buffer.concat([mechanism.nonce, sealed]);
  }

  function decryptUnder(opened: bigint, key: bigint, aad: Buffer, sealed: Buffer): Buffer | undefined {
    const body = Buffer.from(sealed.subarray(NONCE_OCTETS));
    const mechanism = gcm(sealed.subarray(0, NONCE_OCTETS), aad);
    ask('C_DecryptInit', opened, mechanism.octets, key);
    const secret = Buffer.alloc(body.length);
    const length = struct(secret.length);
    try {
      ask('C_Decrypt', opened, body, body.length, secret, length);
    } catch (error) {
      if (error instanceof TokenError && DOES_NOT_OPEN.has(error.reason)) return undefined;
      throw error;
    }
    return secret.subarray(0, Number(readWord(length)));
  }

  /** The token works, and holds what is authenticated: a module that passed over it would open what was moved. */
  function prove(opened: bigint, key: bigint): void {
    const probe = randomBytes(KEY_OCTETS);
    const sealed = encryptUnder(opened, key, toOctets('here'), probe);
    const there = decryptUnder(opened, key, toOctets('there'), sealed);
    const here = decryptUnder(opened, key, toOctets('here'), sealed);
    if (here === undefined || !here.equals(probe)) throw new TokenError('what the token sealed it does not open');
    if (there !== undefined) throw new TokenError('the token does not authenticate');
    proved.add(key);
  }

  function forget(): void {
    keys.clear();
    proved.clear();
    session = undefined;
    // a module tells of a token that came back only when it begins anew
    module?.call('C_Finalize', null);
  }

  function using<T>(key: string, use: (opened: bigint, handle: bigint) => T, isLast = false): T {
    try {
      const opened = open();
      return use(opened, findKey(opened, key));
    } catch (error) {
      // a session that was closed over there is found out by its use: once more with a new one
      const mayBeOld = session !== undefined || !began;
      forget();
      if (isLast || !mayBeOld) throw error;
      return using(key, use, true);
    }
  }

  return {
    encrypt: (key, aad, secret) =>
      using(key, (opened, handle) => {
        if (!proved.has(handle)) prove(opened, handle);
        return encryptUnder(opened, handle, Buffer.from(aad), Buffer.from(secret));
      }),
    decrypt: (key, aad, sealed) =>
      using(key, (opened, handle) => {
        if (sealed.length < NONCE_OCTETS + TAG_OCTETS) return undefined;
        const secret = decryptUnder(opened, handle, Buffer.from(aad), Buffer.from(sealed));
        // it may also be the token that fails, with the same error: then this fails too
        if (secret === undefined) prove(opened, handle);
        return secret;
      }),
    forget,
    refusedPin: () => refusedPin,
  };
}

const toOctets = (text: string): Buffer => Buffer.from(text, 'utf8');

/** CK_ATTRIBUTE: type, address, length. */
function attributes(entries: readonly (readonly [number, Buffer])[]) {
  const octets = struct(...entries.flatMap(([type, value]) => [type, value, value.length]));
  return { octets, count: entries.length };
}

/** CK_MECHANISM with CK_GCM_PARAMS (PKCS#11 v2.40 errata 01 §2.12.2). */
function gcm(octets: Uint8Array, aad: Buffer) {
  const nonce = Buffer.from(octets);
  const parameters = struct(nonce, nonce.length, nonce.length * 8, aad, aad.length, TAG_OCTETS * 8);
  return { octets: struct(CKM_AES_GCM, parameters, 6 * WORD), nonce };
}
