import { webcrypto } from 'node:crypto';
import * as asn1js from 'asn1js';
import * as pkijs from 'pkijs';
import { compareAlternately, describeComparison } from './alternately.ts';
import { root } from './authority.ts';
import type { Bench } from './bench.ts';
import { buildCases, type CmsCase, judgeContainer } from './core-cms.ts';

const CONTAINERS = 16;
const LEAST = 50;

const own = (octets: Uint8Array): ArrayBuffer => Uint8Array.from(octets).buffer;

/** The same case by pkijs: container, chain, response, its delegate. None of the JPKI checks. */
async function judgeWithPkijs({ container, ocspResponse }: CmsCase): Promise<void> {
  const trustedCerts = [pkijs.Certificate.fromBER(own(root))];
  const contentInfo = pkijs.ContentInfo.fromBER(own(container));
  const signedData = new pkijs.SignedData({ schema: contentInfo.content });
  const checkDate = new Date();
  const verified = await signedData.verify({
    signer: 0,
    trustedCerts,
    checkChain: true,
    checkDate,
    extendedMode: true,
  });
  if (verified.signatureVerified !== true || verified.signerCertificateVerified !== true)
    throw new Error(`pkijs: ${verified.message}`);
  const { result } = asn1js.fromBER(own(ocspResponse));
  const response = new pkijs.OCSPResponse({ schema: result });
  const octets = response.responseBytes?.response.valueBlock.valueHexView;
  if (octets === undefined) throw new Error('pkijs finds no response');
  const basic = pkijs.BasicOCSPResponse.fromBER(own(octets));
  if (!(await basic.verify({ trustedCerts }))) throw new Error('pkijs refuses the response');
  const certificate = signedData.certificates?.[0] as pkijs.Certificate;
  const { isForCertificate, status } = await basic.getCertificateStatus(
    certificate,
    trustedCerts[0] as pkijs.Certificate,
  );
  if (!isForCertificate || status !== 0) throw new Error('pkijs finds no "good"');
}

/** The same CMS case by pkijs over the platform's WebCrypto. */
export const coreCmsPkijs: Bench = {
  name: 'core.cms.pkijs',
  async run(options) {
    pkijs.setEngine('node', new pkijs.CryptoEngine({ name: 'node', crypto: webcrypto as never }));
    const cases = buildCases(CONTAINERS);
    let ours = 0;
    let theirs = 0;
    const comparison = await compareAlternately(
      () => judgeContainer(cases[ours++ % CONTAINERS] as CmsCase),
      () => judgeWithPkijs(cases[theirs++ % CONTAINERS] as CmsCase),
      options,
    );
    const ratio = 1 / comparison.ratio;
    const detail = `ratio is pkijs' time to ours; ${describeComparison(comparison, 'pkijs')} of it`;
    return { name: coreCmsPkijs.name, ratio, wanted: `≥ ${LEAST} × faster`, met: ratio >= LEAST, detail };
  },
};
