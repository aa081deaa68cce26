import { toHex } from '../../../src/core/bytes.ts';
import { decodeCms } from '../../../src/core/cms/signed-data.ts';
import { DerReader } from '../../../src/core/der/reader.ts';
import { readEntry, walkEntries } from '../../../src/core/revocation/crl-entries.ts';
import { decodeCrl } from '../../../src/core/revocation/decode-crl.ts';
import { decodeOcspResponse, type SingleResponse } from '../../../src/core/revocation/ocsp-response.ts';
import { decodeCertificate } from '../../../src/core/x509/decode-certificate.ts';
import type { RawExtension } from '../../../src/core/x509/extensions.ts';
import type { Name } from '../../../src/core/x509/name.ts';
import { numberOf, type Oracle, oneByOne, type Reading, timeOf } from '../facts.ts';

const types = (name: Name): string =>
  name.rdns
    .flat()
    .map(({ type }) => type)
    .join();
const texts = (name: Name): string =>
  name.rdns
    .flat()
    .map(({ value, valueDer }) => value ?? toHex(valueDer))
    .join('|');
const extensionsOf = (all: readonly RawExtension[]): string =>
  all.map(({ extnID, critical, extnValue }) => `${extnID}${critical ? '!' : ''}=${toHex(extnValue)}`).join();

function readCertificate(octets: Uint8Array): Reading {
  const decoded = decodeCertificate(octets);
  const { extensions, subjectPublicKeyInfo } = decoded;
  return {
    version: String(decoded.version),
    serialNumber: numberOf(decoded.serialNumber.octets),
    signatureAlgorithm: decoded.signatureAlgorithm.algorithm,
    signature: toHex(decoded.signature),
    issuerTypes: types(decoded.issuer),
    issuerTexts: texts(decoded.issuer),
    issuerDer: toHex(decoded.issuer.der),
    subjectTypes: types(decoded.subject),
    subjectTexts: texts(decoded.subject),
    subjectDer: toHex(decoded.subject.der),
    notBefore: timeOf(decoded.notBefore),
    notAfter: timeOf(decoded.notAfter),
    spki: toHex(subjectPublicKeyInfo.der),
    extensions: extensionsOf(extensions.all),
    keyUsage: extensions.keyUsage === undefined ? 'absent' : [...extensions.keyUsage].sort().join(),
    cA: extensions.basicConstraints === undefined ? 'absent' : String(extensions.basicConstraints.cA),
    pathLenConstraint: String(extensions.basicConstraints?.pathLenConstraint),
    extKeyUsage: String(extensions.extKeyUsage),
    policies: String(extensions.certificatePolicies?.map(({ policyIdentifier }) => policyIdentifier)),
    subjectKeyIdentifier:
      extensions.subjectKeyIdentifier === undefined ? 'absent' : toHex(extensions.subjectKeyIdentifier),
  };
}

function readCrl(octets: Uint8Array): Reading {
  const crl = decodeCrl(octets);
  const entries: string[] = [];
  const walk = walkEntries(crl, (offset) => {
    const { revokedAt, reason } = readEntry(crl, offset);
    const serial = new DerReader(octets, offset).next().reader().next();
    entries.push(`${numberOf(serial.content)}@${timeOf(revokedAt)}${reason === null ? '' : `:${reason}`}`);
  });
  const all = walk.usable && !walk.indirect;
  return {
    version: String(crl.version),
    signatureAlgorithm: crl.signatureAlgorithm.algorithm,
    signature: toHex(crl.signature),
    issuerTypes: types(crl.issuer),
    issuerTexts: texts(crl.issuer),
    issuerDer: toHex(crl.issuer.der),
    thisUpdate: timeOf(crl.thisUpdate),
    nextUpdate: crl.nextUpdate === null ? 'absent' : timeOf(crl.nextUpdate),
    extensions: extensionsOf(crl.extensions),
    ...(all ? { entries: entries.join() } : {}),
  };
}

function singleOf({ certId, says, thisUpdate, nextUpdate }: SingleResponse): string {
  const status = says.status === 'revoked' ? `revoked@${timeOf(says.revokedAt)}:${says.reason}` : says.status;
  const until = nextUpdate === null ? 'absent' : timeOf(nextUpdate);
  const hashes = `${toHex(certId.issuerNameHash)}/${toHex(certId.issuerKeyHash)}`;
  return `${hashes}/${numberOf(certId.serialNumber.octets)} ${status} ${timeOf(thisUpdate)} ${until}`;
}

function readOcspResponse(octets: Uint8Array): Reading {
  const response = decodeOcspResponse(octets);
  if (response.responseStatus !== 'successful') return { status: response.responseStatus };
  const { basic } = response;
  return {
    status: 'successful',
    responder: basic.responderId.by === 'name' ? types(basic.responderId.name) : toHex(basic.responderId.keyHash),
    producedAt: timeOf(basic.producedAt),
    responses: basic.responses.map(singleOf).join(),
    extensions: extensionsOf(basic.responseExtensions),
    signatureAlgorithm: basic.signatureAlgorithm.algorithm,
    signature: toHex(basic.signature),
    certificates: String(basic.certificates.length),
  };
}

function readCms(octets: Uint8Array): Reading {
  const decoded = decodeCms(octets);
  const attributes = (all: readonly { type: string; values: readonly Uint8Array[] }[] | undefined): string =>
    all === undefined ? 'absent' : all.map(({ type, values }) => `${type}=${values.map(toHex).join('/')}`).join();
  return {
    version: String(decoded.version),
    eContentType: decoded.eContentType,
    eContent: decoded.eContent === undefined ? 'absent' : toHex(decoded.eContent),
    digestAlgorithms: decoded.digestAlgorithms.map(({ algorithm }) => algorithm).join(),
    certificates: String(decoded.certificates.length + decoded.unreadableCertificates),
    crls: String(decoded.crls.length),
    signers: String(decoded.signerInfos.length),
    sids: decoded.signerInfos
      .map(({ sid }) =>
        sid.type === 'issuerAndSerialNumber' ? numberOf(sid.serialNumber.octets) : toHex(sid.keyIdentifier),
      )
      .join(),
    signatures: decoded.signerInfos.map(({ signature }) => toHex(signature)).join(),
    signedAttrs: decoded.signerInfos.map(({ signedAttrs }) => attributes(signedAttrs)).join('|'),
    algorithms: decoded.signerInfos
      .map(({ digestAlgorithm, signatureAlgorithm }) => `${digestAlgorithm.algorithm}/${signatureAlgorithm.algorithm}`)
      .join(),
  };
}

export const ours: Oracle = {
  name: 'ours',
  reads: {
    certificate: oneByOne(readCertificate),
    crl: oneByOne(readCrl),
    'ocsp-response': oneByOne(readOcspResponse),
    cms: oneByOne(readCms),
  },
};
