import type { KeyObject } from 'node:crypto';
import { frame } from './frames.ts';
import { seal, unseal } from './sealed-box.ts';
import type { DeploymentSecrets } from './vault.ts';

/** Of the key-encryption key. */
const VERSION = 1;

export function createDeploymentSecrets(keyEncryption: KeyObject): DeploymentSecrets {
  const authenticatedData = (identity: string) => frame('deployment', identity);
  return {
    seal: async (identity, secret) => seal(keyEncryption, VERSION, authenticatedData(identity), secret),
    open: async (identity, sealed) =>
      unseal((version) => (version === VERSION ? keyEncryption : undefined), authenticatedData(identity), sealed),
  };
}
