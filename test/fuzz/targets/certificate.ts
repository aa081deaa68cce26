import { decodeAttributes } from '../../../src/core/jpki/attributes.ts';
import { constrainAlgorithm, selectSignatureScheme } from '../../../src/core/x509/algorithm.ts';
import type { Certificate } from '../../../src/core/x509/certificate.ts';
import { compareNames } from '../../../src/core/x509/compare-names.ts';
import { decodeCertificate } from '../../../src/core/x509/decode-certificate.ts';
import { validatePath } from '../../../src/core/x509/path/validate-path.ts';
import { FIXTURE_NOW, readFixture } from '../../fixtures.ts';
import { generateCertificate } from '../generate/certificate.ts';
import { credulousCrypto, dummySigning, fixturesNamed, type Target } from '../target.ts';

const root = decodeCertificate(readFixture('root-digital-signature-2.crt'));
const leaf = decodeCertificate(readFixture('leaf-digital-signature.crt'));
const settings = {
  initialPolicySet: ['2.5.29.32.0'],
  initialExplicitPolicy: false,
  initialPolicyMappingInhibit: false,
  initialAnyPolicyInhibit: false,
};

/** As target below an anchor, as intermediate, and as anchor. */
function path(target: Certificate, anchor: Certificate, untrusted: readonly Certificate[]): string {
  const found = validatePath({
    target,
    anchors: [anchor],
    untrusted,
    at: FIXTURE_NOW,
    settings,
    crypto: credulousCrypto,
  });
  return found.path === undefined ? found.failures.map(({ code }) => code).join() : 'path';
}

/** Names are put into words when they are first asked for; nothing may be refused by then, so no DecodeError comes out. */
function readNames({ issuer, subject, extensions }: Certificate): number {
  const { subjectAltName, issuerAltName, authorityKeyIdentifier, cRLDistributionPoints, freshestCRL } = extensions;
  const points = [...(cRLDistributionPoints ?? []), ...(freshestCRL ?? [])];
  const general = [
    ...[subjectAltName, issuerAltName, authorityKeyIdentifier?.authorityCertIssuer],
    ...points.map(({ cRLIssuer }) => cRLIssuer),
    ...points.map(({ distributionPoint }) =>
      distributionPoint?.type === 'fullName' ? distributionPoint.names : undefined,
    ),
  ];
  const inside = general.flatMap((names = []) => names.map((one) => (one.type === 'directoryName' ? one.value : [])));
  try {
    return [issuer, subject, ...inside.flat()].reduce((attributes, { rdns }) => attributes + rdns.flat().length, 0);
  } catch (cause) {
    throw new Error('a name that was accepted cannot be read', { cause });
  }
}

export const certificateTarget: Target = {
  name: 'certificate',
  seeds: () => fixturesNamed(/\.crt$|delegate.*\.der$/),
  generate: (random) => generateCertificate(random, dummySigning),
  run(octets) {
    const certificate = decodeCertificate(octets);
    const attributesOfNames = Math.min(readNames(certificate), 30);
    const { extensions, signatureAlgorithm, subjectPublicKeyInfo } = certificate;
    const selection = selectSignatureScheme(signatureAlgorithm, subjectPublicKeyInfo.key);
    const constraint = selection.ok ? constrainAlgorithm(selection.scheme, subjectPublicKeyInfo.key) : selection.reason;
    const same = compareNames(certificate.issuer, certificate.subject);
    const known = Object.values(extensions).reduce((bits, value) => bits * 2 + (value === undefined ? 0 : 1), 0);
    const attributes = decodeAttributes(extensions.subjectAltName).ok;
    const paths = [path(certificate, root, []), path(leaf, root, [certificate]), path(leaf, certificate, [])];
    return `${certificate.version} ${attributesOfNames} ${known} ${same} ${constraint} ${attributes} ${paths.join('/')}`;
  },
};
