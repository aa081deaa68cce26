import type { CertificateKind } from '../../core/jpki/certificate-kind.ts';
import { formatInstant } from '../../core/rfc3339.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import type { OcspSource } from './revocation-sources.ts';

/** How the responder for one kind has done since the start: for /readyz. */
export interface OcspState {
  readonly kind: CertificateKind;
  readonly configured: boolean;
  /** A body came back; whether it was accepted is each verification's matter. */
  readonly lastAnswerAt: string | null;
  readonly lastFailureAt: string | null;
  readonly lastFailure: string | null;
}

export interface WatchedOcspSource extends OcspSource {
  describeOcsp(): readonly OcspState[];
}

const KINDS: readonly CertificateKind[] = ['digital-signature', 'user-authentication'];

/** The same source, remembering when it last answered and failed. */
export function watchOcspSource(
  source: OcspSource,
  urls: Readonly<Record<CertificateKind, string | undefined>>,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): WatchedOcspSource {
  const states = new Map<CertificateKind, OcspState>(
    KINDS.map((kind) => [
      kind,
      { kind, configured: urls[kind] !== undefined, lastAnswerAt: null, lastFailureAt: null, lastFailure: null },
    ]),
  );
  return {
    describeOcsp: () => [...states.values()],
    async fetchOcspResponse(kind, ocspRequest) {
      const fetched = await source.fetchOcspResponse(kind, ocspRequest);
      const before = states.get(kind) as OcspState;
      const at = formatInstant(clock.now());
      if (fetched.ok) states.set(kind, { ...before, lastAnswerAt: at });
      else {
        states.set(kind, { ...before, lastFailureAt: at, lastFailure: fetched.code });
        log.warn('ocsp.fetch-failed', { kind, code: fetched.code });
      }
      return fetched;
    },
  };
}
