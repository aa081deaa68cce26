import { readDer } from '../der/reader.ts';
import * as tags from '../der/tags.ts';
import { readBoolean } from '../der/values.ts';
import { decodeDistributionPointName, decodeReasonFlags } from '../x509/extensions/distribution-points.ts';
import type { DistributionPointName } from '../x509/extensions.ts';

/** IssuingDistributionPoint (RFC 5280 §5.2.5): what a CRL covers. */
export interface IssuingDistributionPoint {
  readonly distributionPoint: DistributionPointName | undefined;
  readonly onlyContainsUserCerts: boolean;
  readonly onlyContainsCACerts: boolean;
  readonly onlyContainsAttributeCerts: boolean;
  readonly indirectCRL: boolean;
  /** onlySomeReasons is there, whichever reasons it names. */
  readonly onlySomeReasons: boolean;
}

const MAX_SIZE = 16 * 1024;

export function decodeIssuingDistributionPoint(extnValue: Uint8Array): IssuingDistributionPoint {
  const element = readDer(extnValue, MAX_SIZE, tags.SEQUENCE);
  if (element.length === 0) throw element.error('invalid-value', 'an empty issuingDistributionPoint says nothing');
  const inside = element.reader();
  const flag = (n: number): boolean => {
    const present = inside.nextIf(tags.contextPrimitive(n));
    // X.690 §11.5: a DEFAULT value is not encoded.
    if (present !== undefined && !readBoolean(present, present.tag))
      throw present.error('non-minimal-value', 'FALSE is the default');
    return present !== undefined;
  };
  const name = inside.nextIf(tags.contextConstructed(0))?.only();
  const onlyContainsUserCerts = flag(1);
  const onlyContainsCACerts = flag(2);
  const reasons = inside.nextIf(tags.contextPrimitive(3));
  if (reasons !== undefined) decodeReasonFlags(reasons, reasons.tag);
  const indirectCRL = flag(4);
  const onlyContainsAttributeCerts = flag(5);
  inside.finish();
  if ([onlyContainsUserCerts, onlyContainsCACerts, onlyContainsAttributeCerts].filter(Boolean).length > 1)
    throw element.error('invalid-value', 'more than one of the onlyContains flags');
  return {
    distributionPoint: name === undefined ? undefined : decodeDistributionPointName(name),
    onlyContainsUserCerts,
    onlyContainsCACerts,
    onlyContainsAttributeCerts,
    indirectCRL,
    onlySomeReasons: reasons !== undefined,
  };
}
