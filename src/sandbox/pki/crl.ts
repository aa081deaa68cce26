import * as pkijs from 'pkijs';
import { OID } from '../oids.ts';
import { type Asn1, element, enumerated, integer, sequence, tagged, taggedOctets } from './asn1.ts';
import { type Extension, extension } from './extensions.ts';
import { buildName, nameDer, type Rdn } from './names.ts';
import { algorithmElement, defaultSignature, type SignatureName, signed } from './signature.ts';
import type { SigningKey } from './signing-key.ts';

/** CRLReason (RFC 5280 §5.3.1). */
export const REASON_CODE = {
  unspecified: 0,
  keyCompromise: 1,
  cACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  certificateHold: 6,
  removeFromCRL: 8,
} as const;

export type Reason = keyof typeof REASON_CODE;

export interface CrlEntry {
  readonly serial: Uint8Array;
  readonly revokedAt: number;
  readonly reason: Reason;
  readonly extensions?: readonly Extension[];
}

export interface CrlToBe {
  readonly issuer: readonly Rdn[];
  readonly thisUpdate: number;
  readonly nextUpdate: number | undefined;
  readonly entries: readonly CrlEntry[];
  readonly extensions: readonly Extension[];
}

export interface Scope {
  readonly distributionPoint?: readonly Rdn[];
  readonly onlyContainsUserCerts?: boolean;
  /** ReasonFlags octet, keyCompromise being 0x40. */
  readonly onlySomeReasons?: number;
  readonly indirect?: boolean;
}

/** Critical (RFC 5280 §5.2.5). */
export function issuingDistributionPoint(scope: Scope): Extension {
  const parts: Asn1[] = [];
  if (scope.distributionPoint) {
    parts.push(tagged(0, tagged(0, tagged(4, element(nameDer(scope.distributionPoint))))));
  }
  if (scope.onlyContainsUserCerts) parts.push(taggedOctets(1, Buffer.of(0xff)));
  if (scope.onlySomeReasons) parts.push(taggedOctets(3, Buffer.of(6, scope.onlySomeReasons)));
  if (scope.indirect) parts.push(taggedOctets(4, Buffer.of(0xff)));
  return extension(OID.issuingDistributionPoint, true, sequence(...parts));
}

export const deltaCrlIndicator = (base: Uint8Array): Extension => extension(OID.deltaCrlIndicator, true, integer(base));

export const certificateIssuer = (issuer: readonly Rdn[]): Extension =>
  extension(OID.certificateIssuer, true, sequence(tagged(4, element(nameDer(issuer)))));

/** RFC 5280 §5.3.1: the reason `unspecified` is told by leaving the extension out. */
const reasonExtension = (reason: Reason): readonly Extension[] =>
  reason === 'unspecified' ? [] : [extension(OID.reasonCode, false, enumerated(REASON_CODE[reason]))];

const utc = (at: number) => new pkijs.Time({ type: pkijs.TimeType.UTCTime, value: new Date(at) });

class CertificateList extends pkijs.CertificateRevocationList {
  tbsCertList(): Uint8Array {
    return new Uint8Array(this.encodeTBS().toBER());
  }
}

function revokedCertificate(entry: CrlEntry): pkijs.RevokedCertificate {
  const extensions = [...reasonExtension(entry.reason), ...(entry.extensions ?? [])];
  const revoked = new pkijs.RevokedCertificate({
    userCertificate: integer(entry.serial),
    revocationDate: utc(entry.revokedAt),
  });
  if (extensions.length > 0) revoked.crlEntryExtensions = new pkijs.Extensions({ extensions });
  return revoked;
}

/** DER of the CRL, signed by `by`. */
export function issueCrl(to: CrlToBe, by: SigningKey, signature: SignatureName = defaultSignature(by)): Uint8Array {
  const list = new CertificateList();
  list.version = 1;
  list.signature = new pkijs.AlgorithmIdentifier({ schema: algorithmElement(signature) });
  list.issuer = buildName(to.issuer);
  list.thisUpdate = utc(to.thisUpdate);
  if (to.nextUpdate !== undefined) list.nextUpdate = utc(to.nextUpdate);
  if (to.entries.length > 0) list.revokedCertificates = to.entries.map(revokedCertificate);
  if (to.extensions.length > 0) list.crlExtensions = new pkijs.Extensions({ extensions: [...to.extensions] });
  return signed(list.tbsCertList(), by, signature);
}
