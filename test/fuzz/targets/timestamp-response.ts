import { proveTsa } from '../../../src/core/timestamp/prove-tsa.ts';
import { decodeTimeStampResponse } from '../../../src/core/timestamp/time-stamp-response.ts';
import { verifyTimeStampToken } from '../../../src/core/timestamp/verify-token.ts';
import { decodeCertificate } from '../../../src/core/x509/decode-certificate.ts';
import { readFixture } from '../../fixtures.ts';
import { generateTimeStampResponse, NONCE, STAMPED } from '../generate/time-stamp-response.ts';
import { Random } from '../random.ts';
import { credulousCrypto, dummySigning, type Target } from '../target.ts';

const anchors = [decodeCertificate(readFixture('root-digital-signature-2.crt'))];
const imprint = { hashAlgorithm: 'SHA-256', hashedMessage: STAMPED } as const;

export const timestampResponseTarget: Target = {
  name: 'timestamp-response',
  seeds: () => [1, 2, 3, 4].map((seed) => generateTimeStampResponse(new Random(seed), dummySigning)),
  generate: (random) => generateTimeStampResponse(random, dummySigning),
  run(octets) {
    const response = decodeTimeStampResponse(octets);
    if (!response.granted) return `${response.statusInfo.status} ${response.statusInfo.failures.join(',')}`;
    const outcome = verifyTimeStampToken({ token: response.token, imprint, nonce: NONCE, crypto: credulousCrypto });
    if (!outcome.ok) return `${outcome.fault} ${outcome.detail}`;
    const { accuracy, ordering, tsa } = outcome.value.tstInfo;
    const proof = proveTsa(outcome.value, anchors, credulousCrypto);
    return `${accuracy !== undefined} ${ordering} ${tsa?.type} ${proof.proven || proof.reason}`;
  },
};
