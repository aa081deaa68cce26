/** base64 of octets that stand somewhere within others: the characters that depend on them alone, for each of three places. */
function base64Within(octets: Buffer): string[] {
  return [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), octets]).toString('base64');
    const from = Math.ceil((offset * 8) / 6);
    const until = Math.floor(((offset + octets.length) * 8) / 6);
    return text.slice(from, until);
  });
}

/** Every way in which octets can stand in an answer: as they are, in hexadecimal, in either base64 at any place. */
export function formsOf(octets: Uint8Array): Buffer[] {
  const raw = Buffer.from(octets);
  const hex = raw.toString('hex');
  const base64 = base64Within(raw);
  const url = base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'));
  const texts = [hex, hex.toUpperCase(), hex.replaceAll(/(..)(?=.)/g, '$1:'), ...base64, ...url];
  return [raw, ...texts.map((text) => Buffer.from(text))];
}

/** Does the answer hold these octets in any of their forms? */
export const holds = (answer: Buffer, octets: Uint8Array): boolean =>
  formsOf(octets).some((form) => answer.includes(form));

const WINDOW = 24;

/** Pieces of something longer, so that a part of it is found as well as the whole. */
export function piecesOf(octets: Uint8Array): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at + WINDOW <= octets.length; at += WINDOW) pieces.push(octets.subarray(at, at + WINDOW));
  return pieces;
}
