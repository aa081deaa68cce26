import type { SignatureScheme } from '../crypto.ts';
import type { DerElement } from '../der/reader.ts';
import { readDer } from '../der/reader.ts';
import * as tags from '../der/tags.ts';
import { readObjectIdentifier, readSmallInteger } from '../der/values.ts';
import { decodeHashAlgorithm } from './hash-algorithm.ts';

type PssScheme = Extract<SignatureScheme, { scheme: 'rsassa-pss' }>;

const MGF1 = '1.2.840.113549.1.1.8';
const MAX_PARAMETERS_SIZE = 256;

/**
 * RSASSA-PSS-params (RFC 4055 §3.1). Absent fields have their DEFAULT (SHA-1, MGF1 with SHA-1, 20, 1); a default that is
 * written out is accepted, as §3.1 asks of validators. Throws DecodeError, also for another mask or trailer.
 */
export function decodePssParameters(parameters: Uint8Array): PssScheme {
  const fields = readDer(parameters, MAX_PARAMETERS_SIZE, tags.SEQUENCE).reader();
  const hash = fields.nextIf(tags.contextConstructed(0));
  const mask = fields.nextIf(tags.contextConstructed(1));
  const salt = fields.nextIf(tags.contextConstructed(2));
  const trailer = fields.nextIf(tags.contextConstructed(3));
  fields.finish();
  if (trailer !== undefined && readSmallInteger(trailer.only()) !== 1) {
    throw trailer.error('invalid-value', 'trailerField is not 1');
  }
  return {
    scheme: 'rsassa-pss',
    hash: hash === undefined ? 'SHA-1' : decodeHashAlgorithm(hash.only(tags.SEQUENCE)),
    mgfHash: mask === undefined ? 'SHA-1' : decodeMask(mask.only(tags.SEQUENCE)),
    saltLength: salt === undefined ? 20 : readSmallInteger(salt.only()),
  };
}

function decodeMask(element: DerElement): PssScheme['mgfHash'] {
  const inside = element.reader();
  if (readObjectIdentifier(inside.next(tags.OBJECT_IDENTIFIER)) !== MGF1) {
    throw element.error('invalid-value', 'the mask generation function is not MGF1');
  }
  const hash = decodeHashAlgorithm(inside.next(tags.SEQUENCE));
  inside.finish();
  return hash;
}
