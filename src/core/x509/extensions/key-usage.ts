import type { DerElement } from '../../der/reader.ts';
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

/** RFC 5280 §4.2.1.3: at least one bit is set. */
export function decodeKeyUsage(element: DerElement): ReadonlySet<KeyUsageBit> {
  const usage = new Set<KeyUsageBit>();
  for (const bit of readNamedBits(element)) {
    const name = BITS[bit];
    if (name === undefined) throw element.error('invalid-value', 'a key usage that is not defined');
    usage.add(name);
  }
  if (usage.size === 0) throw element.error('invalid-value', 'keyUsage without a bit');
  return usage;
}
