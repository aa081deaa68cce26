import type { Database } from '../../platform/database/database.ts';
import { sha256OfHeld } from './certificate-on-file.ts';
import { insertDocument } from './public-document-store.ts';

/** Keeps what verifications rest on and everybody is given, by SHA-256: the octets of a CRL, a trust anchor, the rules. */
export interface PublicDocuments {
  /** Durable when it resolves. Octets that are held for long: those seen before cost nothing. */
  keep(...documents: readonly Uint8Array[]): Promise<void>;
}

export function createPublicDocuments(database: Database): PublicDocuments {
  const kept = new WeakSet<Uint8Array>();
  return {
    async keep(...documents) {
      for (const octets of documents) {
        if (kept.has(octets)) continue;
        await insertDocument(database, sha256OfHeld(octets), octets);
        kept.add(octets);
      }
    },
  };
}
