import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { frame } from './frames.ts';
import type { HashPurpose, KeyedHashes } from './vault.ts';

type TenantHashPurpose = 'serialNumberMac' | 'requestBody' | 'lookup';

/** The deployment's keys; those of `serial-number-mac` and `lookup` are what the tenants' own are derived from. */
export type HashRoots = Readonly<Record<HashPurpose, KeyObject>>;

/** Derived keys kept ready: creating a KeyObject costs more than the hash. */
const MAX_KEPT = 10_000;

/** Each input is framed, so that no two identities share octets; a tenant's keys are derived from a deployment key (HKDF). */
export function createKeyedHashes(roots: HashRoots): KeyedHashes {
  const kept = new Map<string, KeyObject>();
  const tenantKey = (purpose: TenantHashPurpose, tenantId: string): KeyObject => {
    const name = `${purpose}/${tenantId}`;
    const known = kept.get(name);
    if (known !== undefined) return known;
    const root = roots[purpose === 'serialNumberMac' ? 'serial-number-mac' : 'lookup'];
    const key = createSecretKey(Buffer.from(hkdfSync('sha256', root, '', frame(purpose, tenantId), 32)));
    if (kept.size >= MAX_KEPT) kept.clear();
    kept.set(name, key);
    return key;
  };
  return {
    apiKey: (key) => hmac(roots['api-key'], Buffer.from(key, 'utf8')),
    serialMatch: (issuer, serial) => hmac(roots['serial-match'], frame(issuer, serial)),
    serialNumberMac: (tenantId, issuer, serial) => hmac(tenantKey('serialNumberMac', tenantId), frame(issuer, serial)),
    requestBody: (tenantId, body) => hmac(tenantKey('requestBody', tenantId), body),
    lookup: (tenantId, field, value) => hmac(tenantKey('lookup', tenantId), frame(field, value)),
  };
}

const hmac = (key: KeyObject, input: Uint8Array): Buffer => createHmac('sha256', key).update(input).digest();
