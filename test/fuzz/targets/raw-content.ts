import { concatBytes } from '../../../src/core/bytes.ts';
import { decodeAttributes } from '../../../src/core/cms/attribute.ts';
import { looksLikeSignedAttributes } from '../../../src/core/cms/signed-attributes.ts';
import { DecodeError } from '../../../src/core/der/decode-error.ts';
import { readDer } from '../../../src/core/der/reader.ts';
import { encodeNull, encodeOctetString, encodeSequence, encodeSetOf } from '../../../src/core/der/writer.ts';
import { oid } from '../generate/parts.ts';
import type { Random } from '../random.ts';
import { fixturesNamed, type Target } from '../target.ts';

function generate(random: Random): Uint8Array {
  const attribute = () =>
    encodeSequence(
      oid(random.pick(['1.2.840.113549.1.9.3', '1.2.840.113549.1.9.4', '1.2.3'])),
      encodeSetOf(
        random.several(random.below(3), () =>
          random.oneIn(2) ? encodeNull() : encodeOctetString(random.octets(random.below(40))),
        ),
      ),
    );
  return encodeSetOf(random.several(1 + random.below(4), attribute));
}

/** As our own container decoder reads signedAttrs; that one must never see what the other overlooks. */
function readsAsAttributes(octets: Uint8Array): boolean {
  try {
    const set = readDer(octets, octets.length);
    return (set.tag === 0x31 || set.tag === 0xa0) && decodeAttributes(set).length > 0;
  } catch (error) {
    if (error instanceof DecodeError) return false;
    throw error;
  }
}

export const rawContentTarget: Target = {
  name: 'raw-content',
  seeds: () => fixturesNamed(/^signed-attributes\.der$|^content\.bin$|^name-.*\.der$|^cms-attached\.p7m$/),
  generate,
  run(octets) {
    const seen = looksLikeSignedAttributes(octets);
    if (!readsAsAttributes(octets)) return `${seen} ${octets[0]} ${Math.min(octets.length, 4)}`;
    if (!seen) throw new Error('signed attributes in DER are not recognised');
    const { tag, content } = readDer(octets, octets.length);
    // The same in the indefinite form (X.690 §8.1.3.6).
    if (!looksLikeSignedAttributes(concatBytes(Uint8Array.of(tag, 0x80), content, Uint8Array.of(0, 0))))
      throw new Error('signed attributes of indefinite length are not recognised');
    return 'attributes';
  },
};
