import type { KeyEncryption } from './key-encryption.ts';
import type { DeploymentSecrets } from './vault.ts';

export function createDeploymentSecrets(keys: KeyEncryption): DeploymentSecrets {
  const contextOf = (identity: string) => ['deployment', identity];
  return {
    seal: (identity, secret) => keys.wrap(contextOf(identity), secret),
    open: async (identity, sealed) => keys.unwrap(contextOf(identity), sealed),
  };
}
