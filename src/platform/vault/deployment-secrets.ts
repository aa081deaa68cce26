import type { KeyEncryption } from './key-encryption.ts';
import type { DeploymentSecrets } from './vault.ts';

export function createDeploymentSecrets(keys: KeyEncryption): DeploymentSecrets {
  return {
    seal: (identity, secret) => keys.wrap(contextOfSecret(identity), secret),
    open: async (identity, sealed) => keys.unwrap(contextOfSecret(identity), sealed),
  };
}

export const contextOfSecret = (identity: string): readonly string[] => ['deployment', identity];
