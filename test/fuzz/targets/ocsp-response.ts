import { concludeFromOcsp } from '../../../src/core/revocation/conclude-from-ocsp.ts';
import { isRefusal } from '../../../src/core/revocation/evidence.ts';
import { decodeOcspResponse } from '../../../src/core/revocation/ocsp-response.ts';
import { decodeCertificate } from '../../../src/core/x509/decode-certificate.ts';
import { issuerKeyOf } from '../../../src/core/x509/path/issuer-key.ts';
import { FIXTURE_NOW, readFixture } from '../../fixtures.ts';
import { generateOcspResponse } from '../generate/ocsp-response.ts';
import { credulousCrypto, dummySigning, fixturesNamed, type Target } from '../target.ts';

const certificate = decodeCertificate(readFixture('leaf-digital-signature.crt'));
const issuer = issuerKeyOf(decodeCertificate(readFixture('root-digital-signature-2.crt')));
const rules = { at: FIXTURE_NOW, maxAgeSeconds: 3_600, clockSkewSeconds: 60, crypto: credulousCrypto };

export const ocspResponseTarget: Target = {
  name: 'ocsp-response',
  seeds: () => fixturesNamed(/^ocsp-.*\.der$/),
  generate: (random) => generateOcspResponse(random, dummySigning),
  run(octets) {
    const response = decodeOcspResponse(octets);
    const evidence = concludeFromOcsp({ response: octets, certificate, issuer, ...rules });
    return `${response.responseStatus} ${isRefusal(evidence) ? `${evidence.refused} ${evidence.detail}` : evidence.says.status}`;
  },
};
