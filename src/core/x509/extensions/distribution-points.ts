import type { DerValue } from '../../der/reader.ts';
import * as tags from '../../der/tags.ts';
import { readNamedBits } from '../../der/values.ts';
import type { DistributionPoint, DistributionPointName, ReasonFlag } from '../extensions.ts';
import { decodeGeneralNames } from '../general-name.ts';
import { decodeRelativeDistinguishedName } from '../name.ts';
import { decodeSequenceOf, readFields } from './sequence-of.ts';

/** cRLDistributionPoints and freshestCRL (RFC 5280 §4.2.1.13, §4.2.1.15). */
export function decodeDistributionPoints(element: DerValue): readonly DistributionPoint[] {
  return decodeSequenceOf(element, decodeDistributionPoint);
}

function decodeDistributionPoint(element: DerValue): DistributionPoint {
  const fields = readFields(element);
  const name = fields.nextIf(tags.contextConstructed(0));
  const reasons = fields.nextIf(tags.contextPrimitive(1));
  const cRLIssuer = fields.nextIf(tags.contextConstructed(2));
  fields.finish();
  // §4.2.1.13: never reasons alone.
  if (name === undefined && cRLIssuer === undefined)
    throw element.error('invalid-value', 'a distribution point without name and cRLIssuer');
  return {
    distributionPoint: name && decodeDistributionPointName(name.only()),
    reasons: reasons && decodeReasonFlags(reasons, reasons.tag),
    cRLIssuer: cRLIssuer && decodeGeneralNames(cRLIssuer, cRLIssuer.tag),
  };
}

/** The CHOICE itself, `[0]` fullName or `[1]` nameRelativeToCRLIssuer: what stands inside the EXPLICIT tag around it. */
export function decodeDistributionPointName(element: DerValue): DistributionPointName {
  switch (element.tag) {
    case 0xa0:
      return { type: 'fullName', names: decodeGeneralNames(element, 0xa0) };
    case 0xa1:
      return {
        type: 'nameRelativeToCRLIssuer',
        rdn: decodeRelativeDistinguishedName(element, 0xa1),
        der: element.der,
      };
    default:
      throw element.error('unexpected-tag', 'a DistributionPointName was expected');
  }
}

const REASONS: readonly (ReasonFlag | 'unused')[] = [
  'unused',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  'privilegeWithdrawn',
  'aACompromise',
];

/** ReasonFlags; `tag` where tagged IMPLICIT. Bit 0 (unused) says nothing; bits above 8 are refused. */
export function decodeReasonFlags(element: DerValue, tag: number = tags.BIT_STRING): ReadonlySet<ReasonFlag> {
  const bits = readNamedBits(element, tag);
  if (bits >>> REASONS.length !== 0) throw element.error('invalid-value', 'a reason that is not defined');
  return new Set(REASONS.filter((flag, n): flag is ReasonFlag => flag !== 'unused' && (bits & (1 << n)) !== 0));
}
