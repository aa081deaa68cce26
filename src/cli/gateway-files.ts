import { access, constants, readdir } from 'node:fs/promises';
import type { GatewayConfig } from '../config/gateway.ts';
import { StartRefused } from '../platform/start-refused.ts';
import { loadTrustAnchors, loadTsaTrustAnchors, unpinnedWarnings } from '../platform/trust-anchors.ts';

/** What a start would say of the files of the gateway; StartRefused with all that would stop it. Gives the warnings. */
export async function readGatewayFiles(gateway: GatewayConfig): Promise<readonly string[]> {
  const [anchors, ...others] = await Promise.allSettled([
    loadTrustAnchors(gateway.trustAnchorsDir, gateway.unpinnedAnchors),
    gateway.crlDir === undefined ? undefined : readCrlDir(gateway.crlDir),
    gateway.tsa === undefined ? undefined : loadTsaTrustAnchors(gateway.tsa.trustAnchors),
  ]);
  const failures = [anchors, ...others].flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  const fault = failures.find((failure) => !(failure instanceof StartRefused));
  if (fault !== undefined) throw fault;
  if (failures.length > 0) throw new StartRefused(failures.flatMap((refused) => (refused as StartRefused).sentences));
  return anchors.status === 'fulfilled' ? unpinnedWarnings(anchors.value) : [];
}

async function readCrlDir(directory: string): Promise<void> {
  try {
    await access(directory, constants.R_OK | constants.X_OK);
    await readdir(directory);
  } catch (cause) {
    throw new StartRefused([CRL_DIR_UNREADABLE], cause);
  }
}

const CRL_DIR_UNREADABLE = 'CRL_DIR cannot be read: name a directory that this user may read; it may be empty.';
