import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { createTenantVault } from '../../src/platform/vault/tenant-vault.ts';
import { type FieldIdentity, KEY_PURPOSES } from '../../src/platform/vault/vault.ts';
import { compareAlternately, describeComparison } from './alternately.ts';
import type { Bench } from './bench.ts';

const FIELDS = 256;
const FIELD_OCTETS = 200;
const MOST = 4;
const TENANT = '7f2c1a52-0000-4000-8000-000000000001';

function encryptBare(key: KeyObject, plaintext: Uint8Array): { nonce: Buffer; body: Buffer; tag: Buffer } {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const body = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return { nonce, body, tag: cipher.getAuthTag() };
}

function decryptBare(key: KeyObject, { nonce, body, tag }: ReturnType<typeof encryptBare>): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce).setAuthTag(tag);
  return Buffer.concat([decipher.update(body), decipher.final()]);
}

/** A field of 200 octets sealed for its place, and opened: the dearer of the two, against the cipher alone. */
export const vault: Bench = {
  name: 'vault',
  async run(options) {
    const key = createSecretKey(randomBytes(32));
    const tenant = createTenantVault(
      TENANT,
      new Map(KEY_PURPOSES.map((purpose) => [purpose, { newest: 1, versions: new Map([[1, key]]) }])),
    );
    const fields = Array.from({ length: FIELDS }, (_, number) => {
      const plaintext = randomBytes(FIELD_OCTETS);
      const rowId = `ver_${String(number).padStart(26, '0')}`;
      const identity: FieldIdentity = { table: 'verification', column: 'attributes', rowId, tenantId: TENANT };
      const sealed = tenant.encrypt('attributes', identity, plaintext);
      return { plaintext, identity, sealed, bare: encryptBare(key, plaintext) };
    });
    let turn = 0;
    const next = () => fields[turn++ % FIELDS] as (typeof fields)[number];
    const length = (octets: Uint8Array) => {
      if (octets.length < FIELD_OCTETS) throw new Error('octets were lost');
    };
    const encryption = await compareAlternately(
      () => {
        const { identity, plaintext } = next();
        length(tenant.encrypt('attributes', identity, plaintext));
      },
      () => length(encryptBare(key, next().plaintext).body),
      options,
    );
    const decryption = await compareAlternately(
      () => {
        const { identity, sealed } = next();
        length(tenant.decrypt('attributes', identity, sealed));
      },
      () => length(decryptBare(key, next().bare)),
      options,
    );
    const ratio = Math.max(encryption.ratio, decryption.ratio);
    const detail = `encrypt: ${describeComparison(encryption, 'bare')}; decrypt: ${describeComparison(decryption, 'bare')}`;
    return { name: vault.name, ratio, wanted: `≤ ${MOST} × its time`, met: ratio <= MOST, detail };
  },
};
