import { encodeSignedAttributes } from '../../src/core/cms/attribute.ts';
import { decodeCms } from '../../src/core/cms/signed-data.ts';
import { findSignerCertificate } from '../../src/core/cms/signer-certificate.ts';
import { decodeOcspResponse } from '../../src/core/revocation/ocsp-response.ts';
import { decodeCertificate } from '../../src/core/x509/decode-certificate.ts';
import { compareAlternately, describeComparison } from './alternately.ts';
import { caSpki, signContainer, signContent, signOcspResponse } from './authority.ts';
import type { Bench } from './bench.ts';
import { judge } from './judge.ts';
import { importKey, verifyRs256 } from './primitives.ts';

const CONTAINERS = 64;
const MOST = 2;

export interface CmsCase {
  readonly container: Uint8Array;
  readonly ocspResponse: Uint8Array;
}

export function buildCases(count: number): readonly CmsCase[] {
  return Array.from({ length: count }, (_, number) => {
    const signed = signContent(number);
    return { container: signContainer(number, signed), ocspResponse: signOcspResponse(signed.serial) };
  });
}

/** A container with its OCSP response by a delegate, from octets to conclusion. */
export function judgeContainer({ container, ocspResponse }: CmsCase): Promise<void> {
  const signedData = decodeCms(Uint8Array.from(container));
  const [signerInfo] = signedData.signerInfos;
  const certificate = signerInfo && findSignerCertificate(signedData, signerInfo);
  if (signerInfo === undefined || certificate === undefined) throw new Error('the container has no signer');
  const untrusted = signedData.certificates.filter((one) => one !== certificate);
  const signed = { format: 'cms', signedData, signerInfo, certificate, detachedContent: undefined, untrusted } as const;
  return judge(signed, 'ocsp', ocspResponse);
}

/** One verification: octets of their own, so that nothing decoded is kept (see core-raw.ts). */
const verification = (data: Uint8Array, signature: Uint8Array, spki: Uint8Array) => ({
  data: data.slice(),
  signature: signature.slice(),
  spki: spki.slice(),
});

/** The four verifications of a case, taken apart beforehand. */
function takeApart({ container, ocspResponse }: CmsCase) {
  const signedData = decodeCms(container);
  const [signerInfo] = signedData.signerInfos;
  const [certificate] = signedData.certificates;
  const response = decodeOcspResponse(ocspResponse);
  if (signerInfo?.signedAttrs === undefined || certificate === undefined || response.responseStatus !== 'successful')
    throw new Error('the case is not whole');
  const { basic } = response;
  const delegate = decodeCertificate(basic.certificates[0] as Uint8Array);
  const attributes = encodeSignedAttributes(signerInfo.signedAttrs);
  return {
    certificate: verification(certificate.tbsCertificate, certificate.signature, caSpki),
    content: verification(attributes, signerInfo.signature, certificate.subjectPublicKeyInfo.der),
    delegate: verification(delegate.tbsCertificate, delegate.signature, caSpki),
    response: verification(basic.tbsResponseData, basic.signature, delegate.subjectPublicKeyInfo.der),
  };
}

/** A CMS signature with an OCSP response by a delegate. */
export const coreCms: Bench = {
  name: 'core.cms',
  async run(options) {
    const cases = buildCases(CONTAINERS);
    const parts = cases.map(takeApart);
    const caKey = importKey(caSpki);
    let ours = 0;
    let floor = 0;
    const comparison = await compareAlternately(
      () => judgeContainer(cases[ours++ % CONTAINERS] as CmsCase),
      () => {
        const { certificate, content, delegate, response } = parts[floor++ % CONTAINERS] as (typeof parts)[0];
        verifyRs256(caKey, certificate.data, certificate.signature);
        verifyRs256(importKey(content.spki), content.data, content.signature);
        verifyRs256(caKey, delegate.data, delegate.signature);
        verifyRs256(importKey(response.spki), response.data, response.signature);
      },
      options,
    );
    const { ratio } = comparison;
    const detail = describeComparison(comparison, '2 key imports and 4 verifies');
    return { name: coreCms.name, ratio, wanted: `≤ ${MOST} × its time`, met: ratio <= MOST, detail };
  },
};
