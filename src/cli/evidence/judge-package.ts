import { toHex } from '../../core/bytes.ts';
import { DecodeError } from '../../core/der/decode-error.ts';
import { type JudgedAgain, judgeAgain } from '../../core/evidence/judge-again.ts';
import { ENTRY_NAMES, type PolicyDocument, type VerificationDocument } from '../../core/evidence/package-entries.ts';
import type { RecordedReport } from '../../core/evidence/recorded-report.ts';
import { isJwaAlgorithm } from '../../core/signature/jwa-algorithm.ts';
import type { SignedObject } from '../../core/verification/signed-object.ts';
import type { Certificate } from '../../core/x509/certificate.ts';
import { decodeCertificate } from '../../core/x509/decode-certificate.ts';
import { decodeRequest } from '../../features/verification/decode-request.ts';
import type { VerifyRequest } from '../../features/verification/wire.ts';
import { nodeCrypto } from '../../platform/crypto.ts';

export interface PackageDocuments {
  readonly verification: VerificationDocument;
  readonly policy: PolicyDocument;
  readonly report: RecordedReport;
}

/** Which entries do not agree with each other, or cannot be read. */
export class EntryUnusable extends Error {
  readonly fault: 'entry-unreadable' | 'entries-disagree';
  readonly entry: string;

  constructor(fault: EntryUnusable['fault'], entry: string) {
    super(fault);
    this.fault = fault;
    this.entry = entry;
  }
}

/** The verdict again, out of the octets of the package alone. Throws EntryUnusable. */
export function judgePackage(documents: PackageDocuments, entries: ReadonlyMap<string, Uint8Array>): JudgedAgain {
  const { verification, policy, report } = documents;
  const { challenge } = verification.settings;
  const isTimed =
    challenge.state !== 'known' || (challenge.issuedAt !== undefined && challenge.expiresAt !== undefined);
  const isRead = verification.container.format === 'cms' || isJwaAlgorithm(verification.container.algorithm ?? '');
  if (!isTimed || !isRead) throw new EntryUnusable('entry-unreadable', ENTRY_NAMES.verification);
  const signed = decodeSigned(verification, entries);
  return judgeAgain(
    {
      ...{ signed, purpose: verification.purpose, at: Date.parse(verification.verifiedAt) },
      settings: { ...verification.settings, policy: policy.policy },
      rules: policy.rules,
      anchors: decodeAnchors(policy, entries),
      ocspResponse: entries.get(ENTRY_NAMES.ocspResponse),
      crl: entries.get(ENTRY_NAMES.crl),
      supportingCrls: supportingCrlsOf(verification, entries),
    },
    report,
    nodeCrypto,
  );
}

function decodeSigned({ container, purpose }: VerificationDocument, entries: ReadonlyMap<string, Uint8Array>) {
  const octets = (name: string): Uint8Array => {
    const value = entries.get(name);
    if (value === undefined) throw new EntryUnusable('entries-disagree', name);
    return value;
  };
  const base64 = (value: Uint8Array) => Buffer.from(value).toString('base64');
  const signature = octets(ENTRY_NAMES.signature);
  const certificate = octets(ENTRY_NAMES.certificate);
  const content = entries.get(ENTRY_NAMES.content);
  const { format, algorithm, encoding, digestAlgorithm } = container;
  const shown = content === undefined ? {} : { content: base64(content) };
  const digest = { digest: { algorithm: digestAlgorithm, value: base64(content ?? new Uint8Array()) } };
  const raw = {
    ...{ format, algorithm, value: base64(signature), certificate: base64(certificate) },
    ...(algorithm?.startsWith('ES') ? { encoding } : {}),
    ...(typeof digestAlgorithm === 'string' ? digest : shown),
  };
  const request = { purpose, signature: format === 'raw' ? raw : { format, value: base64(signature), ...shown } };
  const signed = decodedAs(ENTRY_NAMES.signature, () => decodeVerifyRequest(request as VerifyRequest));
  if (toHex(signed.certificate.der) !== toHex(certificate))
    throw new EntryUnusable('entries-disagree', ENTRY_NAMES.certificate);
  return signed;
}

function decodeVerifyRequest(request: VerifyRequest): SignedObject {
  const decoded = decodeRequest(request, undefined);
  if (!decoded.ok) throw new EntryUnusable('entry-unreadable', ENTRY_NAMES.signature);
  return decoded.signed;
}

/** All that the rules name, each with the digest that they name. */
function decodeAnchors({ rules }: PolicyDocument, entries: ReadonlyMap<string, Uint8Array>): readonly Certificate[] {
  const held = [...entries].filter(([name]) => name.startsWith(ENTRY_NAMES.trustAnchors));
  if (held.length !== rules.trustAnchors.length) throw new EntryUnusable('entries-disagree', ENTRY_NAMES.policy);
  return held.map(([name, der], place) => {
    if (toHex(nodeCrypto.digest('SHA-256', der)) !== rules.trustAnchors[place])
      throw new EntryUnusable('entries-disagree', name);
    return decodedAs(name, () => decodeCertificate(der));
  });
}

/** All that the settings name, each with the digest that they name. */
function supportingCrlsOf({ settings }: VerificationDocument, entries: ReadonlyMap<string, Uint8Array>) {
  const named = settings.supportingCrls ?? [];
  const held = [...entries].filter(([name]) => name.startsWith(ENTRY_NAMES.supportingCrls));
  if (held.length !== named.length) throw new EntryUnusable('entries-disagree', ENTRY_NAMES.verification);
  return held.map(([name, octets], place) => {
    if (toHex(nodeCrypto.digest('SHA-256', octets)) !== named[place]) throw new EntryUnusable('entries-disagree', name);
    return octets;
  });
}

function decodedAs<T>(name: string, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (error instanceof DecodeError) throw new EntryUnusable('entry-unreadable', name);
    throw error;
  }
}
