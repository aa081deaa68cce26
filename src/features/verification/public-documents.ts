import type { Database } from '../../platform/database/database.ts';
import { sha256OfHeld } from './certificate-on-file.ts';
import { insertDocument, recordRules } from './public-document-store.ts';

/** Keeps what verifications rest on and everybody is given, by SHA-256: the octets of a CRL, a trust anchor, the rules. */
export interface PublicDocuments {
  /** Durable when it resolves. Octets that are held for long: those seen before cost nothing. */
  keep(...documents: readonly Uint8Array[]): Promise<void>;
  /** The number of the deployment's settings, which are kept already; asked once for each process. */
  versionOf(rules: Uint8Array): Promise<number>;
}

export function createPublicDocuments(database: Database): PublicDocuments {
  const kept = new WeakSet<Uint8Array>();
  const versions = new WeakMap<Uint8Array, number>();
  return {
    async keep(...documents) {
      for (const octets of documents) {
        if (kept.has(octets)) continue;
        await insertDocument(database, sha256OfHeld(octets), octets);
        kept.add(octets);
      }
    },
    async versionOf(rules) {
      const known = versions.get(rules);
      if (known !== undefined) return known;
      const version = await recordRules(database, sha256OfHeld(rules));
      versions.set(rules, version);
      return version;
    },
  };
}
