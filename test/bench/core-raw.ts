import { decodeCertificate } from '../../src/core/x509/decode-certificate.ts';
import { compareAlternately, describeComparison } from './alternately.ts';
import { caSpki, signContent } from './authority.ts';
import type { Bench } from './bench.ts';
import { judge } from './judge.ts';
import { importKey, verifyRs256 } from './primitives.ts';

const CERTIFICATES = 256;
const MOST = 1.6;

/**
 * What the CA signed and its signature, octets of their own: decoded certificates that are all kept would teach the engine
 * to put every later one among its old objects, where collecting them is dear.
 */
function takeApart(der: Uint8Array) {
  const { tbsCertificate, signature } = decodeCertificate(der);
  return { tbsCertificate: tbsCertificate.slice(), signature: signature.slice() };
}

/** One raw verification with CRL status, all checks, of a certificate never seen before. */
export const coreRaw: Bench = {
  name: 'core.raw',
  async run(options) {
    const all = Array.from({ length: CERTIFICATES }, (_, number) => signContent(number));
    const caKey = importKey(caSpki);
    const parts = all.map(({ certificate }) => takeApart(certificate));
    let ours = 0;
    let floor = 0;
    const comparison = await compareAlternately(
      () => {
        const { certificate, content, signature } = all[ours++ % CERTIFICATES] as (typeof all)[number];
        const signed = { format: 'raw', algorithm: 'RS256', encoding: 'der', signature, content } as const;
        const decoded = decodeCertificate(Uint8Array.from(certificate));
        return judge({ ...signed, certificate: decoded, digest: undefined }, 'crl');
      },
      () => {
        const index = floor++ % CERTIFICATES;
        const { spki, content, signature } = all[index] as (typeof all)[number];
        const { tbsCertificate, signature: certified } = parts[index] as (typeof parts)[number];
        verifyRs256(caKey, tbsCertificate, certified);
        verifyRs256(importKey(spki), content, signature);
      },
      options,
    );
    const { ratio } = comparison;
    const detail = describeComparison(comparison, 'key import and 2 verifies');
    return { name: coreRaw.name, ratio, wanted: `≤ ${MOST} × its time`, met: ratio <= MOST, detail };
  },
};
