import type { PackageFault, PackageKind } from '../../core/evidence/manifest.ts';
import type { Difference } from '../../core/evidence/recorded-report.ts';

/** One thing that is wrong with a package; `name`: the entry, null for the file as a whole. */
export interface Fault {
  readonly fault:
    | PackageFault['fault']
    | 'not-a-package'
    | 'octets-altered'
    | 'manifest-unreadable'
    | 'manifest-seal-broken'
    | 'entry-unreadable'
    | 'entries-disagree'
    | 'timestamp-broken'
    | 'timestamps-broken'
    | 'audit-line-unproven'
    | 'audit-line-missing';
  readonly name: string | null;
}

/** Whether a key or an anchor is one that whoever asks trusts, not merely one that the package brought. */
export interface Trusted {
  readonly sha256: string;
  readonly trusted: boolean;
}

/** What a time stamping authority said of a package's manifest. */
export interface PackageTimestamp {
  /** RFC 3339; the manifest was there then. */
  readonly at: string;
  /** Either way; null where the token does not tell. */
  readonly accuracySeconds: number | null;
  /** The authority's name in its certificate, as text; null where there is none. */
  readonly tsa: string | null;
  readonly policy: string;
  /** Of the authority's certificate. */
  readonly sha256: string;
  readonly trusted: boolean;
  /** Of what is trusted: the time stamp proves something as long as its certificates last. */
  readonly validUntil: string | null;
  /** It has ended, by its certificate or an algorithm, and no chain over a line that tells of the package took its place. */
  readonly lapsed: boolean;
}

/** One link of a chain, for whoever reads the verdict. Instants are RFC 3339. */
export interface TimestampLinkVerdict {
  readonly number: number;
  readonly at: string;
  /** SHA-256 of the authority's certificate. */
  readonly authority: string;
  readonly trusted: boolean;
  readonly endsAt: string;
  /** `certificate`, or the algorithm. */
  readonly endOf: string;
  readonly neededUntil: string;
  readonly lapsed: boolean;
}

/** The timestamps of the seal of one line, from the first one over it. */
export interface SealTimestamps {
  /** `manifest`: the line tells of the package itself. */
  readonly of: 'verification' | 'manifest';
  readonly batch: number;
  /** `given`: beside the package, where they are newer. */
  readonly from: 'package' | 'given';
  readonly state: 'holds' | 'lapsed' | 'not-trusted';
  readonly links: readonly TimestampLinkVerdict[];
}

/** What came of verifying a package. */
export interface PackageVerdict {
  /**
   * `same`: intact and the same verdict, of proven origin; `origin-not-proven`: the same, but anyone could have made it;
   * `differs`: judged again, something comes out otherwise; `altered`: not the octets that the manifest tells of;
   * `timestamp-lapsed`: the same, of proven origin, but what showed when it was made has ended and was not renewed in time.
   */
  readonly result: 'same' | 'origin-not-proven' | 'differs' | 'altered' | 'timestamp-lapsed';
  readonly faults: readonly Fault[];
  readonly verificationId: string | null;
  readonly kind: PackageKind | null;
  readonly formatVersion: number | null;
  readonly verifiedAt: string | null;
  readonly indication: string | null;
  readonly subIndication: string | null;
  /** Numbers of the policy and of the deployment's settings in force; null of before there were any. */
  readonly policyVersion: number | null;
  readonly rulesVersion: number | null;
  /** Was the verdict judged again? Not where the evidence is withheld. */
  readonly judgedAgain: boolean;
  readonly differences: readonly Difference[];
  /** Checks that rest on what the deployment had on file. */
  readonly takenFromRecord: readonly string[];
  /** The trust anchor that the path ends at; null without a path, or when it was not judged again. */
  readonly anchor: Trusted | null;
  /** The key that signed the manifest. */
  readonly sealKey: Trusted | null;
  /** null: the package has none. */
  readonly timestamp: PackageTimestamp | null;
  /** Of the seals of its audit lines; empty before they were timestamped. */
  readonly sealTimestamps: readonly SealTimestamps[];
  readonly auditLines: { readonly sealed: number; readonly waiting: number };
}

export const NOTHING_KNOWN: Omit<PackageVerdict, 'result' | 'faults'> = {
  ...{ verificationId: null, kind: null, formatVersion: null, verifiedAt: null, indication: null, subIndication: null },
  ...{ policyVersion: null, rulesVersion: null },
  ...{ judgedAgain: false, differences: [], takenFromRecord: [], anchor: null, sealKey: null },
  ...{ timestamp: null, sealTimestamps: [] },
  auditLines: { sealed: 0, waiting: 0 },
};
