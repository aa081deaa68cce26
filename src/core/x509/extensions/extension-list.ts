import { DecodeError } from '../../der/decode-error.ts';
import type { DerReader, DerValue } from '../../der/reader.ts';
import * as tags from '../../der/tags.ts';
import { readBoolean, readObjectIdentifier, readOctetString } from '../../der/values.ts';
import type { RawExtension } from '../extensions.ts';

/** No honest certificate, CRL or OCSP response comes near. */
const MAX_EXTENSIONS = 128;

/**
 * Extensions ::= SEQUENCE SIZE (1..MAX) OF Extension, of CRLs, their entries and OCSP. A duplicate extnID is refused
 * (RFC 5280 §4.2). Throws DecodeError.
 */
export function decodeExtensionList(value: DerValue): RawExtension[] {
  if (value.tag !== tags.SEQUENCE) throw value.error('unexpected-tag', 'Extensions were expected');
  const all = readExtensions(value.reader());
  if (all.length === 0) throw value.error('invalid-value', 'Extensions without an extension');
  return all;
}

/** The Extension values of a list, none of them twice, to its end. */
export function readExtensions(list: DerReader): RawExtension[] {
  const all = new Array<RawExtension>(list.count(MAX_EXTENSIONS));
  for (let i = 0; i < all.length; i++) {
    const { offset } = list;
    const extension = readExtension(list);
    // So few are compared one by one sooner than by a set of them.
    for (let before = 0; before < i; before++) {
      if (all[before]?.extnID === extension.extnID)
        throw new DecodeError('duplicate', offset, 'an extension occurs twice');
    }
    all[i] = extension;
  }
  return all;
}

function readExtension(list: DerReader): RawExtension {
  const outer = list.enter(tags.SEQUENCE);
  const extnID = readObjectIdentifier(list.read(tags.OBJECT_IDENTIFIER));
  const critical = list.nextTag === tags.BOOLEAN;
  // X.690 §11.5: a DEFAULT value is not encoded.
  if (critical && !readBoolean(list.read())) throw list.error('non-minimal-value', 'critical FALSE is the default');
  const extnValue = readOctetString(list.read(tags.OCTET_STRING));
  list.leave(outer);
  return { extnID, critical, extnValue };
}
