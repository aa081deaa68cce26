import { MAX_ELEMENTS } from '../../der/limits.ts';
import type { DerReader, DerValue } from '../../der/reader.ts';
import * as tags from '../../der/tags.ts';

/**
 * SEQUENCE SIZE (1..MAX) OF, as most extensions are, each value decoded; `tag` where it is tagged IMPLICIT. All headers are
 * sound and their number is in bounds before the first is decoded.
 */
export function decodeSequenceOf<T>(
  value: DerValue,
  decodeOne: (value: DerValue) => T,
  tag: number = tags.SEQUENCE,
): readonly T[] {
  if (value.tag !== tag) throw value.error('unexpected-tag', 'a SEQUENCE OF was expected');
  const reader = value.reader();
  const count = reader.count(MAX_ELEMENTS);
  if (count === 0) throw value.error('invalid-value', 'an empty SEQUENCE OF');
  const decoded = new Array<T>(count);
  for (let i = 0; i < count; i++) decoded[i] = decodeOne(reader.read());
  return decoded;
}

/** A reader over the fields of a SEQUENCE. */
export function readFields(value: DerValue): DerReader {
  if (value.tag !== tags.SEQUENCE) throw value.error('unexpected-tag', 'a SEQUENCE was expected');
  return value.reader();
}
