import type { DerValue } from '../../der/reader.ts';
import * as tags from '../../der/tags.ts';
import type { NameConstraints } from '../extensions.ts';
import { readGeneralName } from '../general-name.ts';
import type { GeneralName } from '../name.ts';
import { decodeSequenceOf, readFields } from './sequence-of.ts';

/** RFC 5280 §4.2.1.10: permitted or excluded subtrees or both, never neither. */
export function decodeNameConstraints(element: DerValue): NameConstraints {
  const fields = readFields(element);
  const permitted = fields.nextIf(tags.contextConstructed(0));
  const excluded = fields.nextIf(tags.contextConstructed(1));
  fields.finish();
  if (permitted === undefined && excluded === undefined)
    throw element.error('invalid-value', 'nameConstraints without a subtree');
  return {
    permittedSubtrees: permitted && decodeGeneralSubtrees(permitted),
    excludedSubtrees: excluded && decodeGeneralSubtrees(excluded),
  };
}

function decodeGeneralSubtrees(element: DerValue): readonly GeneralName[] {
  return decodeSequenceOf(element, decodeGeneralSubtree, element.tag);
}

function decodeGeneralSubtree(element: DerValue): GeneralName {
  const fields = readFields(element);
  const base = readGeneralName(fields);
  // §4.2.1.10: minimum is zero (a DEFAULT, so not encoded) and maximum is absent; others are not processed here.
  if (!fields.atEnd) throw element.error('invalid-value', 'a subtree with minimum or maximum');
  if (base.type === 'iPAddress' && !isAddressRange(base.value))
    throw fields.error('invalid-value', 'no address and mask');
  return base;
}

/** Address and mask, 8 or 32 octets, the mask a run of ones (RFC 4632). */
function isAddressRange(range: Uint8Array): boolean {
  if (range.length !== 8 && range.length !== 32) return false;
  let ended = false;
  for (let bit = range.length * 4; bit < range.length * 8; bit++) {
    const one = ((range[bit >> 3] as number) & (0x80 >> (bit & 7))) !== 0;
    if (one && ended) return false;
    if (!one) ended = true;
  }
  return true;
}
