import { toHex } from '../../core/bytes.ts';
import type { SubjectPublicKeyInfo } from '../../core/x509/subject-public-key-info.ts';

const texts = new WeakMap<SubjectPublicKeyInfo, string>();

/** A CA key as text, equal for equal keys; written once for each that is held. */
export function keyText(key: SubjectPublicKeyInfo): string {
  const known = texts.get(key);
  if (known !== undefined) return known;
  const text = toHex(key.der);
  texts.set(key, text);
  return text;
}
