import { decodeCms } from '../../../src/core/cms/signed-data.ts';
import { findSignerCertificate } from '../../../src/core/cms/signer-certificate.ts';
import { verifySignerInfo } from '../../../src/core/cms/verify-signer-info.ts';
import { decodeCertificate } from '../../../src/core/x509/decode-certificate.ts';
import { readFixture } from '../../fixtures.ts';
import { generateCms } from '../generate/cms.ts';
import { credulousCrypto, dummySigning, fixturesNamed, type Target } from '../target.ts';

const stranger = decodeCertificate(readFixture('leaf-digital-signature.crt'));
const detachedContent = readFixture('content.bin');

export const cmsTarget: Target = {
  name: 'cms',
  seeds: () => fixturesNamed(/\.p7m$/),
  generate: (random) => generateCms(random, dummySigning),
  run(octets) {
    const signedData = decodeCms(octets);
    const outcomes = signedData.signerInfos.map((signerInfo) => {
      const found = findSignerCertificate(signedData, signerInfo);
      const certificate = found ?? stranger;
      const checks = verifySignerInfo({
        signedData,
        signerInfo,
        certificate,
        detachedContent,
        crypto: credulousCrypto,
      });
      return `${found !== undefined} ${checks.map(({ outcome }) => outcome[0]).join('')}`;
    });
    return `${signedData.version} ${signedData.certificates.length} ${signedData.unreadableCertificates} ${outcomes.join('/')}`;
  },
};
