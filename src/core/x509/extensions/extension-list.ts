import { type DerElement, DerReader } from '../../der/reader.ts';
import * as tags from '../../der/tags.ts';
import { readBoolean, readEach, readObjectIdentifier, readOctetString } from '../../der/values.ts';
import type { RawExtension } from '../extensions.ts';

/** No honest certificate, CRL or OCSP response comes near. */
const MAX_EXTENSIONS = 128;

/** An Extension with the data value that its extnValue must consist of. */
export interface ListedExtension {
  readonly raw: RawExtension;
  /** Reader over the contents of extnValue, in the same buffer. */
  readonly value: DerReader;
}

/**
 * Extensions ::= SEQUENCE SIZE (1..MAX) OF Extension, of CRLs, their entries and OCSP. A duplicate extnID is refused
 * (RFC 5280 §4.2). Throws DecodeError.
 */
export function decodeExtensionList(element: DerElement): RawExtension[] {
  const listed = listExtensions(element);
  if (listed.length === 0) throw element.error('invalid-value', 'Extensions without an extension');
  return listed.map(({ raw }) => raw);
}

/**
 * As decodeExtensionList, with a reader over each value, for certificates: there an empty list is let pass, because an
 * issuer's library in wide use writes it for none, and it says nothing.
 */
export function listExtensions(element: DerElement): ListedExtension[] {
  if (element.tag !== tags.SEQUENCE) throw element.error('unexpected-tag', 'Extensions were expected');
  const elements = readEach(element, MAX_EXTENSIONS);
  const seen = new Set<string>();
  return elements.map((extension) => {
    const listed = decodeExtension(extension);
    if (seen.has(listed.raw.extnID)) throw extension.error('duplicate', 'an extension occurs twice');
    seen.add(listed.raw.extnID);
    return listed;
  });
}

function decodeExtension(element: DerElement): ListedExtension {
  if (element.tag !== tags.SEQUENCE) throw element.error('unexpected-tag', 'an Extension was expected');
  const fields = element.reader();
  const extnID = readObjectIdentifier(fields.next(tags.OBJECT_IDENTIFIER));
  const criticalElement = fields.nextIf(tags.BOOLEAN);
  const critical = criticalElement !== undefined && readBoolean(criticalElement);
  // X.690 §11.5: a DEFAULT value is not encoded.
  if (criticalElement !== undefined && !critical)
    throw criticalElement.error('non-minimal-value', 'critical FALSE is the default');
  const valueElement = fields.next(tags.OCTET_STRING);
  fields.finish();
  const { buffer, contentStart, end, depth } = valueElement;
  return {
    raw: { extnID, critical, extnValue: readOctetString(valueElement) },
    value: new DerReader(buffer, contentStart, end, depth + 1),
  };
}
