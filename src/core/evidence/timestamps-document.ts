import type { TimestampLink } from '../audit/timestamp-chain.ts';
import { describeLink, LINK, type LinkDocument } from '../audit/timestamp-text.ts';
import type { Shape } from './json-shape.ts';
import { AUDIT_LINE, type AuditLineDocument } from './package-entries.ts';

/** The chain of timestamps of the seal of one batch. */
export interface ChainDocument {
  readonly batch: number;
  readonly links: readonly LinkDocument[];
}

/** timestamps.json: of each seal in audit.json that was timestamped when the package was made. */
export interface TimestampsDocument {
  readonly version: 1;
  readonly chains: readonly ChainDocument[];
}

/** What is given beside an older package: its chains as they are now, and lines that tell of its manifest. */
export interface GivenTimestamps extends TimestampsDocument {
  /** The target of each is the manifest's SHA-256: the package was there when they were sealed. */
  readonly manifest: readonly AuditLineDocument[];
}

export const describeChains = (
  chains: readonly { readonly batch: number; readonly links: readonly TimestampLink[] }[],
): TimestampsDocument => ({
  version: 1,
  chains: chains.map(({ batch, links }) => ({ batch, links: links.map(describeLink) })),
});

const CHAINS: Shape = { list: { object: { batch: 'number', links: { list: LINK } } } };
export const TIMESTAMPS: Shape = { object: { version: 'number', chains: CHAINS } };
export const GIVEN_TIMESTAMPS: Shape = {
  object: { version: 'number', chains: CHAINS, manifest: { list: AUDIT_LINE } },
};
