import { decodeCms } from '../../core/cms/signed-data.ts';
import { walkEntries } from '../../core/revocation/crl-entries.ts';
import { decodeCrl } from '../../core/revocation/decode-crl.ts';
import { decodeOcspResponse } from '../../core/revocation/ocsp-response.ts';
import { decodeCertificate } from '../../core/x509/decode-certificate.ts';
import { CaseEvidence, decoded } from './case-evidence.ts';
import { CaseFields, COMMON } from './case-fields.ts';
import type { FileKind } from './case-files.ts';
import type { Verdict } from './verdict.ts';

/** Everything that the decoder itself leaves for later is read too. */
const DECODERS: Readonly<Record<FileKind, (der: Uint8Array) => unknown>> = {
  certificate: decodeCertificate,
  crl: (der) => walkEntries(decodeCrl(der), () => {}),
  'ocsp-response': (der) => {
    const response = decodeOcspResponse(der);
    return response.responseStatus === 'successful'
      ? response.basic.certificates.map((one) => decodeCertificate(one))
      : [];
  },
  cms: decodeCms,
};

const KINDS = ['certificate', 'crl', 'ocsp-response', 'cms'] as const;

/** Is the file what it is said to be, in DER? */
export function judgeDecodeCase(value: unknown): Verdict {
  const fields = new CaseFields(value, [...COMMON, 'what', 'file']);
  fields.settings(['legacyAlgorithms']).flag('legacyAlgorithms');
  if (fields.has('at')) fields.instant('at');
  const kind = fields.choice('what', KINDS);
  const der = new CaseEvidence(fields).der('file', kind);
  decoded('file', () => DECODERS[kind](der));
  return { outcome: 'accepted', failedChecks: [] };
}
