import { X509Certificate } from 'node:crypto';
import { decodeCertificate } from '../../src/core/x509/decode-certificate.ts';
import { compareAlternately, describeComparison } from './alternately.ts';
import { signContent } from './authority.ts';
import type { Bench } from './bench.ts';

const CERTIFICATES = 256;
const MOST = 0.5;

/** A certificate with every extension read, against OpenSSL's parser, which reads none until asked. */
export const decodeCertificateBench: Bench = {
  name: 'decode.certificate',
  async run(options) {
    const all = Array.from({ length: CERTIFICATES }, (_, number) => signContent(number).certificate);
    let ours = 0;
    let theirs = 0;
    const comparison = await compareAlternately(
      () => {
        const { extensions } = decodeCertificate(all[ours++ % CERTIFICATES] as Uint8Array);
        if (extensions.subjectAltName === undefined) throw new Error('the attributes were not read');
      },
      () => {
        new X509Certificate(all[theirs++ % CERTIFICATES] as Uint8Array);
      },
      options,
    );
    const { ratio } = comparison;
    const detail = describeComparison(comparison, 'new X509Certificate(der)');
    return { name: decodeCertificateBench.name, ratio, wanted: `≤ ${MOST} × its time`, met: ratio <= MOST, detail };
  },
};
