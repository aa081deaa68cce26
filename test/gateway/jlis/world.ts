import type { Certificate } from '../../../src/core/x509/certificate.ts';
import { decodeCertificate } from '../../../src/core/x509/decode-certificate.ts';
import { issuerKeyOf } from '../../../src/core/x509/path/issuer-key.ts';
import type { IssuerKey, ValidatedPath } from '../../../src/core/x509/path/path.ts';
import { validatePath } from '../../../src/core/x509/path/validate-path.ts';
import { nodeCrypto } from '../../../src/platform/crypto.ts';
import * as compose from '../../core/revocation/compose.ts';
import { DAY, NOW } from '../../core/revocation/compose.ts';

/** A CA, two municipalities and a leaf of one of them. */
export const ca = compose.createParty('Sandbox CA');
export const holder = compose.createParty('Holder');
export const SERIAL = 0x0132c4ab;

export const caCertificate = decodeCertificate(
  compose.composeCertificate({
    subject: ca,
    issuer: ca,
    extensions: [compose.keyUsage(5, 6), compose.basicConstraintsCa],
  }),
);
export const issuer: IssuerKey = issuerKeyOf(caCertificate);

export const nakaku = compose.directoryName(compose.composeName('Yokohama-shi-Naka-ku CRLDP'));
export const tsukuba = compose.directoryName(compose.composeName('Tsukuba-shi CRLDP'));

export function leaf(...extensions: readonly Uint8Array[]): Certificate {
  return decodeCertificate(
    compose.composeCertificate({
      subject: holder,
      issuer: ca,
      serial: SERIAL,
      notBefore: NOW - 30 * DAY,
      extensions: [compose.keyUsage(0, 1), compose.distributionPoints(compose.fullName(nakaku)), ...extensions],
    }),
  );
}

export function pathTo(target: Certificate, ...untrusted: readonly Certificate[]): ValidatedPath {
  const { path, failures } = validatePath({
    target,
    anchors: [caCertificate],
    untrusted,
    at: NOW,
    settings: {
      initialPolicySet: ['2.5.29.32.0'],
      initialExplicitPolicy: false,
      initialPolicyMappingInhibit: false,
      initialAnyPolicyInhibit: false,
    },
    crypto: nodeCrypto,
  });
  if (path === undefined) throw new Error(`no path: ${JSON.stringify(failures)}`);
  return path;
}

type CrlOptions = Partial<Parameters<typeof compose.composeCrl>[0]>;
/** The CRL of Naka-ku. */
export const crlOf = (options: CrlOptions = {}, point: Uint8Array = nakaku): Uint8Array =>
  compose.composeCrl({
    issuer: ca,
    nextUpdate: NOW + DAY,
    extensions: [compose.issuingDistributionPoint(compose.fullName(point)), compose.crlNumber(7)],
    ...options,
  });

export const revoked = compose.crlEntry(SERIAL, NOW - DAY, compose.reasonCode(3));
