import type { DerReader, DerValue } from '../../der/reader.ts';
import * as tags from '../../der/tags.ts';
import { readBoolean, readObjectIdentifier, readOctetString } from '../../der/values.ts';
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
export function decodeExtensionList(value: DerValue): RawExtension[] {
  const listed = listExtensions(value);
  if (listed.length === 0) throw value.error('invalid-value', 'Extensions without an extension');
  return listed.map(({ raw }) => raw);
}

/**
 * As decodeExtensionList, with a reader over each value, for certificates: there an empty list is let pass, because an
 * issuer's library in wide use writes it for none, and it says nothing.
 */
export function listExtensions(value: DerValue): readonly ListedExtension[] {
  if (value.tag !== tags.SEQUENCE) throw value.error('unexpected-tag', 'Extensions were expected');
  const reader = value.reader();
  const listed = new Array<ListedExtension>(reader.count(MAX_EXTENSIONS));
  for (let i = 0; i < listed.length; i++) {
    const extension = decodeExtension(reader.read());
    // So few are compared one by one sooner than by a set of them.
    for (let before = 0; before < i; before++) {
      if (listed[before]?.raw.extnID === extension.raw.extnID)
        throw reader.error('duplicate', 'an extension occurs twice');
    }
    listed[i] = extension;
  }
  return listed;
}

function decodeExtension(extension: DerValue): ListedExtension {
  if (extension.tag !== tags.SEQUENCE) throw extension.error('unexpected-tag', 'an Extension was expected');
  const fields = extension.reader();
  const extnID = readObjectIdentifier(fields.read(tags.OBJECT_IDENTIFIER));
  const critical = fields.nextTag === tags.BOOLEAN;
  // X.690 §11.5: a DEFAULT value is not encoded.
  if (critical && !readBoolean(fields.read())) throw fields.error('non-minimal-value', 'critical FALSE is the default');
  const extnValue = readOctetString(fields.read(tags.OCTET_STRING));
  fields.finish();
  fields.unwrap();
  return { raw: { extnID, critical, extnValue }, value: fields };
}
