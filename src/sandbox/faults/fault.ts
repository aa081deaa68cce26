import type { Kind } from '../pki/names.ts';

/** What is said, and by whom: applied when the answer is made; for CRLs also to the published files. */
export const OCSP_CONTENT_FAULTS = [
  'truncated',
  'malformed',
  'stale',
  'future',
  'wrong-cert-id',
  'wrong-signer',
  'bad-signature',
  'delegate-without-usage',
  'delegate-expired',
  'delegate-of-other-generation',
  'replayed-nonce',
  'no-nonce',
  'unknown',
  'try-later',
  'internal-error',
  'malformed-request',
  'sig-required',
  'unauthorized',
] as const;

export const CRL_CONTENT_FAULTS = [
  'truncated',
  'malformed',
  'stale',
  'future',
  'wrong-signer',
  'bad-signature',
  'no-distribution-point',
  'other-distribution-point',
  'unknown-critical-extension',
] as const;

export const TIMESTAMP_CONTENT_FAULTS = [
  'truncated',
  'malformed',
  'stale',
  'future',
  'wrong-imprint',
  'wrong-signer',
  'bad-signature',
  'delegate-without-usage',
  'delegate-expired',
  'replayed-nonce',
  'no-nonce',
  'rejection',
] as const;

/** How it is delivered over HTTP. */
export const TRANSPORT_FAULTS = [
  'delay',
  'http-error',
  'reset',
  'redirect',
  'drip',
  'endless',
  'empty',
  'wrong-content-type',
] as const;

export type OcspContentFault = (typeof OCSP_CONTENT_FAULTS)[number];
export type CrlContentFault = (typeof CRL_CONTENT_FAULTS)[number];
export type TimestampContentFault = (typeof TIMESTAMP_CONTENT_FAULTS)[number];
export type TransportFault = (typeof TRANSPORT_FAULTS)[number];

export interface Fault {
  readonly target: 'ocsp' | 'crl' | 'timestamp';
  /** Both kinds when absent; time stamps have none. */
  readonly kind?: Kind;
  readonly fault: OcspContentFault | CrlContentFault | TimestampContentFault | TransportFault;
  /** delay; default 5 000. */
  readonly delayMs?: number;
  /** http-error; default 503. */
  readonly status?: number;
  /** drip: between two octets; default 100. */
  readonly intervalMs?: number;
  /** How many answers over HTTP it spoils before it goes away; default: until cleared. */
  readonly times?: number;
}

const includes = (list: readonly string[], word: string): boolean => list.includes(word);

export const isTransport = (fault: Fault): fault is Fault & { fault: TransportFault } =>
  includes(TRANSPORT_FAULTS, fault.fault);

const CONTENT_FAULTS: Readonly<Record<Fault['target'], readonly string[]>> = {
  ocsp: OCSP_CONTENT_FAULTS,
  crl: CRL_CONTENT_FAULTS,
  timestamp: TIMESTAMP_CONTENT_FAULTS,
};

export const isKnown = (fault: Fault): boolean =>
  isTransport(fault) || includes(CONTENT_FAULTS[fault.target], fault.fault);

/** The knobs as they are set now. */
export interface FaultBoard {
  set(faults: readonly Fault[]): void;
  list(): readonly Fault[];
  /** The faults for one answer; each use counts. */
  take(target: Fault['target'], kind?: Kind): readonly Fault[];
  /** The same without counting: for files. */
  look(target: Fault['target'], kind: Kind): readonly Fault[];
}

export function createFaultBoard(): FaultBoard {
  let active: { fault: Fault; left: number }[] = [];
  const matching = (target: Fault['target'], kind?: Kind) =>
    active.filter(({ fault }) => fault.target === target && (fault.kind ?? kind) === kind);
  return {
    set: (faults) => {
      active = faults.map((fault) => ({ fault, left: fault.times ?? Number.POSITIVE_INFINITY }));
    },
    list: () => active.map(({ fault, left }) => (Number.isFinite(left) ? { ...fault, times: left } : fault)),
    take: (target, kind) => {
      const taken = matching(target, kind);
      for (const entry of taken) entry.left -= 1;
      active = active.filter((entry) => entry.left > 0);
      return taken.map(({ fault }) => fault);
    },
    look: (target, kind) => matching(target, kind).map(({ fault }) => fault),
  };
}
