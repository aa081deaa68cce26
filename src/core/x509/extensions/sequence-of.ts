import type { DerElement } from '../../der/reader.ts';
import * as tags from '../../der/tags.ts';
import { readEach } from '../../der/values.ts';

/** SEQUENCE SIZE (1..max) OF, as most extensions are; `tag` where it is tagged IMPLICIT. */
export function readSequenceOf(element: DerElement, max: number, tag: number = tags.SEQUENCE): DerElement[] {
  if (element.tag !== tag) throw element.error('unexpected-tag', 'a SEQUENCE OF was expected');
  const elements = readEach(element, max);
  if (elements.length === 0) throw element.error('invalid-value', 'an empty SEQUENCE OF');
  return elements;
}

/** A reader over the fields of a SEQUENCE. */
export function readFields(element: DerElement): ReturnType<DerElement['reader']> {
  if (element.tag !== tags.SEQUENCE) throw element.error('unexpected-tag', 'a SEQUENCE was expected');
  return element.reader();
}
