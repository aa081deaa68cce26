import type { DerValue } from '../der/reader.ts';
import * as tags from '../der/tags.ts';
import { readObjectIdentifier } from '../der/values.ts';

/** AlgorithmIdentifier (RFC 5280 §4.1.1.2). `parameters`: the DER of the parameters, undefined when absent. */
export interface AlgorithmIdentifier {
  readonly algorithm: string;
  readonly parameters: Uint8Array | undefined;
  readonly der: Uint8Array;
}

/** SEQUENCE { algorithm OBJECT IDENTIFIER, parameters ANY OPTIONAL }; `tag` where it is tagged IMPLICIT. Throws DecodeError. */
export function decodeAlgorithmIdentifier(element: DerValue, tag: number = tags.SEQUENCE): AlgorithmIdentifier {
  if (element.tag !== tag) throw element.error('unexpected-tag', 'an AlgorithmIdentifier was expected');
  const fields = element.reader();
  const algorithm = readObjectIdentifier(fields.read(tags.OBJECT_IDENTIFIER));
  const parameters = fields.atEnd ? undefined : fields.read().der;
  fields.finish();
  return { algorithm, parameters, der: element.der };
}
