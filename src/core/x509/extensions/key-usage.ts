import type { DerValue } from '../../der/reader.ts';
import { readNamedBits } from '../../der/values.ts';
import type { KeyUsageBit } from '../extensions.ts';

const BITS: readonly KeyUsageBit[] = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
];

/** The usages met with so far, by their bits, at most 511: a set for each certificate costs more than reading it. */
const usages = new Map<number, ReadonlySet<KeyUsageBit>>();

/** RFC 5280 §4.2.1.3: at least one bit is set. */
export function decodeKeyUsage(value: DerValue): ReadonlySet<KeyUsageBit> {
  const bits = readNamedBits(value);
  if (bits >>> BITS.length !== 0) throw value.error('invalid-value', 'a key usage that is not defined');
  if (bits === 0) throw value.error('invalid-value', 'keyUsage without a bit');
  let usage = usages.get(bits);
  if (usage === undefined) {
    usage = new Set(BITS.filter((_, n) => (bits & (1 << n)) !== 0));
    usages.set(bits, usage);
  }
  return usage;
}
