import type { CertificateKind } from '../../core/jpki/certificate-kind.ts';
import type { HttpClient } from '../../platform/http-client/http-client.ts';
import type { OcspSource } from './revocation-sources.ts';

/**
 * OCSP by HTTP POST (RFC 6960 Appendix A.1). The URL configured for the kind is the only one contacted, whatever a
 * certificate names. `timeoutMs` is the time for the whole exchange, `maxBytes` the greatest body.
 */
export function createHttpOcspSource(options: {
  readonly urls: Readonly<Record<CertificateKind, string | undefined>>;
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly httpClient: HttpClient;
}): OcspSource {
  const { urls, timeoutMs, maxBytes, httpClient } = options;
  // User name, path and query may hold secrets of the operator's. An URL that is none throws here, at the start.
  const hostOf = (url: string | undefined): string => (url === undefined ? 'ocsp' : new URL(url).host);
  const hosts = {
    'digital-signature': hostOf(urls['digital-signature']),
    'user-authentication': hostOf(urls['user-authentication']),
  };
  return {
    async fetchOcspResponse(kind, ocspRequest) {
      const url = urls[kind];
      const source = hosts[kind];
      if (url === undefined)
        return {
          ok: false,
          source,
          code: 'not-configured',
          detail: 'no OCSP URL for certificates of this kind',
        };
      const outcome = await httpClient.post({
        url,
        body: ocspRequest,
        contentType: 'application/ocsp-request',
        accept: 'application/ocsp-response',
        timeoutMs,
        maxBytes,
      });
      return outcome.ok
        ? { ok: true, source, bytes: outcome.body }
        : { ok: false, source, code: outcome.failure, detail: outcome.detail };
    },
  };
}
