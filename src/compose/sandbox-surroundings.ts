import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { SandboxConfig } from '../config.ts';
import { buildPolicyTable } from '../core/jpki/policy-table.ts';
import { buildTrustAnchors } from '../core/jpki/trust-anchors.ts';
import { nodeCrypto } from '../platform/crypto.ts';
import { migrate } from '../platform/database/migrate.ts';
import { MIGRATIONS } from '../platform/database/migrations-directory.ts';
import type { Stops } from '../platform/stops.ts';
import { decodeTrustAnchors } from '../platform/trust-anchors.ts';
import type { Parts } from './parts.ts';
import type { Surroundings } from './surroundings.ts';

/** The sandbox and, unless a database is given, the embedded PostgreSQL; both at once. Migrates. */
export async function startSandboxSurroundings(
  config: SandboxConfig,
  parts: Parts,
  stops: Stops,
): Promise<Surroundings> {
  const { startSandbox } = await import('../sandbox/sandbox.ts');
  const { SANDBOX_POLICIES, SANDBOX_TSA_POLICY } = await import('../sandbox/policies.ts');
  const crlDir = join(config.dataDir, 'crls');
  await mkdir(crlDir, { recursive: true });
  const [database, sandbox] = await settle([
    startSandboxDatabase(config, parts, stops),
    startSandbox({
      host: '127.0.0.1',
      port: config.sandboxPort,
      dataDir: config.dataDir,
      crlDirectory: crlDir,
      ...parts,
    }).then((started) => {
      stops.add(() => started.stop());
      return started;
    }),
  ]);
  const fetchCertificates = async (path: string) =>
    decodeTrustAnchors(new Uint8Array(await (await fetch(`${sandbox.url}${path}`)).arrayBuffer()));
  const anchors = await fetchCertificates('/trust-anchors');
  return {
    databaseUrl: database.url,
    anchors: buildTrustAnchors(anchors, nodeCrypto),
    policies: buildPolicyTable({
      testPolicies: true,
      additional: [
        { policy: SANDBOX_POLICIES.smartphoneDigitalSignature, kind: 'digital-signature', medium: 'smartphone' },
        { policy: SANDBOX_POLICIES.smartphoneUserAuthentication, kind: 'user-authentication', medium: 'smartphone' },
        ...config.certificatePolicies,
      ],
    }),
    ocspUrls: {
      'digital-signature': `${sandbox.url}/ocsp/digital-signature`,
      'user-authentication': `${sandbox.url}/ocsp/user-authentication`,
    },
    crlDir,
    tsa: {
      url: `${sandbox.url}/timestamp`,
      trusted: await fetchCertificates('/timestamp/trust-anchors'),
      policy: SANDBOX_TSA_POLICY,
    },
    sandboxUrl: sandbox.url,
    notes: database.notes,
  };
}

async function startSandboxDatabase(
  config: SandboxConfig,
  { log }: Parts,
  stops: Stops,
): Promise<{ url: string; notes: readonly string[] }> {
  const given = config.database;
  const keyStoreTablespace = config.keyStore.tablespace;
  if (given !== undefined) {
    await migrate({ adminUrl: given.adminUrl, loginUrl: given.url, directory: MIGRATIONS, keyStoreTablespace, log });
    return { url: given.url, notes: [] };
  }
  const { startEmbeddedPostgres } = await import('../platform/database/embedded/embedded-postgres.ts');
  const embedded = await startEmbeddedPostgres({ dataDir: config.dataDir });
  stops.add(() => embedded.stop());
  await migrate({
    ...{ adminUrl: embedded.adminUrl, loginUrl: embedded.url, directory: MIGRATIONS },
    ...{ keyStoreTablespace, log },
  });
  return { url: embedded.url, notes: embedded.notes };
}

/** Both, or the first failure after both have ended, so that nothing is left starting. */
async function settle<A, B>(works: readonly [Promise<A>, Promise<B>]): Promise<[A, B]> {
  await Promise.allSettled(works);
  return Promise.all(works);
}
