import { randomBytes } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { createDeploymentSecrets } from '../../../src/platform/vault/deployment-secrets.ts';
import { VaultError } from '../../../src/platform/vault/vault.ts';
import { oneKey } from './one-key.ts';

const secrets = createDeploymentSecrets(oneKey(randomBytes(32)));
const SECRET = Buffer.from('the secret');

it('opens what it sealed, under other octets each time', async () => {
  const sealed = await secrets.seal('audit-key/1', SECRET);
  expect(await secrets.open('audit-key/1', sealed)).toEqual(SECRET);
  expect(sealed.includes(SECRET)).toBe(false);
  expect(await secrets.seal('audit-key/1', SECRET)).not.toEqual(sealed);
});

it('refuses another identity, another key and any alteration', async () => {
  const sealed = await secrets.seal('audit-key/1', SECRET);
  await expect(secrets.open('audit-key/2', sealed)).rejects.toThrow(VaultError);
  const others = createDeploymentSecrets(oneKey(randomBytes(32)));
  await expect(others.open('audit-key/1', sealed)).rejects.toThrow(VaultError);
  for (let at = 0; at < sealed.length; at++) {
    const altered = Buffer.from(sealed);
    altered.writeUInt8(altered.readUInt8(at) ^ 1, at);
    await expect(secrets.open('audit-key/1', altered)).rejects.toThrow(VaultError);
  }
});
