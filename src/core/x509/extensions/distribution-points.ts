import { MAX_ELEMENTS } from '../../der/limits.ts';
import type { DerElement } from '../../der/reader.ts';
import * as tags from '../../der/tags.ts';
import { readNamedBits } from '../../der/values.ts';
import type { DistributionPoint, DistributionPointName, ReasonFlag } from '../extensions.ts';
import { decodeGeneralNames } from '../general-name.ts';
import { decodeRelativeDistinguishedName } from '../name.ts';
import { readFields, readSequenceOf } from './sequence-of.ts';

/** cRLDistributionPoints and freshestCRL (RFC 5280 §4.2.1.13, §4.2.1.15). */
export function decodeDistributionPoints(element: DerElement): readonly DistributionPoint[] {
  return readSequenceOf(element, MAX_ELEMENTS).map(decodeDistributionPoint);
}

function decodeDistributionPoint(element: DerElement): DistributionPoint {
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
export function decodeDistributionPointName(element: DerElement): DistributionPointName {
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
export function decodeReasonFlags(element: DerElement, tag: number = tags.BIT_STRING): ReadonlySet<ReasonFlag> {
  const flags = new Set<ReasonFlag>();
  for (const bit of readNamedBits(element, tag)) {
    const flag = REASONS[bit];
    if (flag === undefined) throw element.error('invalid-value', 'a reason that is not defined');
    if (flag !== 'unused') flags.add(flag);
  }
  return flags;
}
