import { formatInstant } from '../../core/rfc3339.ts';
import type { Clock } from '../../platform/clock.ts';
import type { DirectoryCrlSource } from './directory-crl-source.ts';
import type { WatchedOcspSource } from './watched-ocsp-source.ts';

/** How the gateway does: the `gateway` of /readyz, and the age of the oldest CRL at hand. */
export function describeGateway(
  ocsp: WatchedOcspSource,
  crlSource: DirectoryCrlSource | undefined,
  clock: Clock,
): { readonly body: object; readonly oldestCrlAgeSeconds: number | undefined } {
  const now = clock.now();
  const crls = (crlSource?.describeCrls() ?? []).map(({ source, thisUpdate, nextUpdate }) => ({
    source,
    thisUpdate: formatInstant(thisUpdate),
    nextUpdate: nextUpdate === null ? null : formatInstant(nextUpdate),
    ageSeconds: Math.round((now - thisUpdate) / 1000),
  }));
  const ages = crls.map((crl) => crl.ageSeconds);
  return {
    body: { ocsp: ocsp.describeOcsp(), crls },
    oldestCrlAgeSeconds: ages.length === 0 ? undefined : Math.max(...ages),
  };
}
