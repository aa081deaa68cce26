import type * as asn1js from 'asn1js';
import * as pkijs from 'pkijs';
import { buffer, hexOf, numberOf, type Oracle, oneByOne, type Reading, timeOf } from '../facts.ts';

const typesOf = ({ typesAndValues }: pkijs.RelativeDistinguishedNames): string =>
  typesAndValues.map(({ type }) => String(type)).join();
const extensionsOf = (all: readonly pkijs.Extension[] | undefined): string =>
  (all ?? [])
    .map(
      ({ extnID, critical, extnValue }) =>
        `${extnID}${critical ? '!' : ''}=${hexOf(extnValue.valueBlock.valueHexView)}`,
    )
    .join();
const serialOf = (serial: asn1js.Integer): string => numberOf(serial.valueBlock.valueHexView);
const bitsOf = (signature: asn1js.BitString): string => hexOf(signature.valueBlock.valueHexView);
const textsOf = ({ typesAndValues }: pkijs.RelativeDistinguishedNames): string =>
  typesAndValues.map(({ value }) => String(value.valueBlock.value)).join('|');

const REASONS = [
  'unspecified',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  'unused',
  'removeFromCRL',
  'privilegeWithdrawn',
  'aACompromise',
];

function readCertificate(octets: Uint8Array): Reading {
  const certificate = pkijs.Certificate.fromBER(buffer(octets));
  const extension = (id: string): unknown => certificate.extensions?.find(({ extnID }) => extnID === id)?.parsedValue;
  const basic = extension('2.5.29.19') as pkijs.BasicConstraints | undefined;
  const purposes = extension('2.5.29.37') as pkijs.ExtKeyUsage | undefined;
  const policies = extension('2.5.29.32') as pkijs.CertificatePolicies | undefined;
  const keyIdentifier = extension('2.5.29.14') as asn1js.OctetString | undefined;
  const { pathLenConstraint } = basic ?? {};
  return {
    version: String(certificate.version + 1),
    serialNumber: serialOf(certificate.serialNumber),
    signatureAlgorithm: certificate.signatureAlgorithm.algorithmId,
    signature: bitsOf(certificate.signatureValue),
    issuerTypes: typesOf(certificate.issuer),
    issuerTexts: textsOf(certificate.issuer),
    subjectTypes: typesOf(certificate.subject),
    subjectTexts: textsOf(certificate.subject),
    notBefore: timeOf(certificate.notBefore.value),
    notAfter: timeOf(certificate.notAfter.value),
    extensions: extensionsOf(certificate.extensions),
    cA: basic === undefined ? 'absent' : String(basic.cA),
    pathLenConstraint:
      typeof pathLenConstraint === 'object'
        ? pathLenConstraint.valueBlock.valueDec.toString()
        : String(pathLenConstraint),
    extKeyUsage: String(purposes?.keyPurposes),
    policies: String(policies?.certificatePolicies.map(({ policyIdentifier }) => policyIdentifier)),
    subjectKeyIdentifier: keyIdentifier === undefined ? 'absent' : hexOf(keyIdentifier.valueBlock.valueHexView),
  };
}

function readCrl(octets: Uint8Array): Reading {
  const crl = pkijs.CertificateRevocationList.fromBER(buffer(octets));
  const entries = (crl.revokedCertificates ?? []).map(({ userCertificate, revocationDate, crlEntryExtensions }) => {
    const found = crlEntryExtensions?.extensions.find(({ extnID }) => extnID === '2.5.29.21');
    const reason = found === undefined ? '' : `:${REASONS[found.extnValue.valueBlock.valueHexView[2] ?? 7]}`;
    return `${serialOf(userCertificate)}@${timeOf(revocationDate.value)}${reason}`;
  });
  return {
    version: String(crl.version + 1),
    signatureAlgorithm: crl.signatureAlgorithm.algorithmId,
    signature: bitsOf(crl.signatureValue),
    issuerTypes: typesOf(crl.issuer),
    issuerTexts: textsOf(crl.issuer),
    thisUpdate: timeOf(crl.thisUpdate.value),
    nextUpdate: crl.nextUpdate === undefined ? 'absent' : timeOf(crl.nextUpdate.value),
    extensions: extensionsOf(crl.crlExtensions?.extensions),
    entries: entries.join(),
  };
}

const STATUS = ['successful', 'malformedRequest', 'internalError', 'tryLater', 'unused', 'sigRequired', 'unauthorized'];

function statusOf(certStatus: asn1js.BaseBlock): string {
  const { tagNumber } = certStatus.idBlock;
  if (tagNumber !== 1) return tagNumber === 0 ? 'good' : 'unknown';
  const [at, tagged] = (certStatus as asn1js.Constructed).valueBlock.value as [
    asn1js.GeneralizedTime,
    asn1js.Constructed?,
  ];
  const reason = tagged?.valueBlock.value[0] as asn1js.Enumerated | undefined;
  return `revoked@${timeOf(at.toDate())}:${reason === undefined ? null : REASONS[reason.valueBlock.valueDec]}`;
}

function readOcspResponse(octets: Uint8Array): Reading {
  const response = pkijs.OCSPResponse.fromBER(buffer(octets));
  const status = STATUS[response.responseStatus.valueBlock.valueDec] ?? 'undefined';
  if (response.responseBytes === undefined) return { status };
  const basic = pkijs.BasicOCSPResponse.fromBER(response.responseBytes.response.valueBlock.valueHexView);
  const { tbsResponseData: data } = basic;
  const singles = data.responses.map(({ certID, certStatus, thisUpdate, nextUpdate }) => {
    const until = nextUpdate === undefined ? 'absent' : timeOf(nextUpdate);
    const hashes = `${hexOf(certID.issuerNameHash.valueBlock.valueHexView)}/${hexOf(certID.issuerKeyHash.valueBlock.valueHexView)}`;
    return `${hashes}/${serialOf(certID.serialNumber)} ${statusOf(certStatus)} ${timeOf(thisUpdate)} ${until}`;
  });
  const { responderID } = data;
  return {
    status,
    responder:
      responderID instanceof pkijs.RelativeDistinguishedNames
        ? typesOf(responderID)
        : hexOf((responderID as asn1js.OctetString).valueBlock.valueHexView),
    producedAt: timeOf(data.producedAt),
    responses: singles.join(),
    extensions: extensionsOf(data.responseExtensions),
    signatureAlgorithm: basic.signatureAlgorithm.algorithmId,
    signature: bitsOf(basic.signature),
    certificates: String(basic.certs?.length ?? 0),
  };
}

function readCms(octets: Uint8Array): Reading {
  const info = pkijs.ContentInfo.fromBER(buffer(octets));
  if (info.contentType !== pkijs.ContentInfo.SIGNED_DATA) throw new Error('not SignedData');
  const data = new pkijs.SignedData({ schema: info.content });
  const eContent = data.encapContentInfo.eContent;
  const attributes = (all: readonly pkijs.Attribute[]): string =>
    all
      .map(({ type, values }) => `${type}=${values.map((value: asn1js.BaseBlock) => hexOf(value.toBER())).join('/')}`)
      .join();
  const certificates = data.certificates?.length ?? 0;
  return {
    version: String(data.version),
    eContentType: data.encapContentInfo.eContentType,
    eContent: eContent === undefined ? 'absent' : hexOf(eContent.getValue()),
    digestAlgorithms: data.digestAlgorithms.map(({ algorithmId }) => algorithmId).join(),
    certificates: String(certificates),
    crls: String(data.crls?.length ?? 0),
    signers: String(data.signerInfos.length),
    sids: data.signerInfos
      .map(({ sid }) =>
        sid instanceof pkijs.IssuerAndSerialNumber
          ? serialOf(sid.serialNumber)
          : hexOf((sid as asn1js.OctetString).valueBlock.valueHexView),
      )
      .join(),
    signatures: data.signerInfos.map(({ signature }) => hexOf(signature.valueBlock.valueHexView)).join(),
    signedAttrs: data.signerInfos
      .map(({ signedAttrs }) => (signedAttrs === undefined ? 'absent' : attributes(signedAttrs.attributes)))
      .join('|'),
    algorithms: data.signerInfos
      .map(
        ({ digestAlgorithm, signatureAlgorithm }) => `${digestAlgorithm.algorithmId}/${signatureAlgorithm.algorithmId}`,
      )
      .join(),
  };
}

export const pkijsOracle: Oracle = {
  name: 'pkijs',
  reads: {
    certificate: oneByOne(readCertificate),
    crl: oneByOne(readCrl),
    'ocsp-response': oneByOne(readOcspResponse),
    cms: oneByOne(readCms),
  },
};
