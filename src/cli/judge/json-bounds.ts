const MAX_DEPTH = 32;
/** Members and elements in all; an honest case has some dozens, and a list of files a thousand. */
const MAX_VALUES = 20_000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Is the text so large a structure that reading it would cost far more memory than it has octets? Looked at before
 * JSON.parse, whose own memory no limit of a thread counts. Says nothing about whether it is JSON.
 */
export function exceedsJsonBounds(text: Uint8Array): boolean {
  let depth = 0;
  let values = 0;
  for (let i = 0; i < text.length; i++) {
    switch (text[i]) {
      case QUOTE:
        i = endOfString(text, i);
        break;
      case 0x5b: // [
      case 0x7b: // {
        if (++depth > MAX_DEPTH || ++values > MAX_VALUES) return true;
        break;
      case 0x5d: // ]
      case 0x7d: // }
        depth--;
        break;
      case 0x2c: // ,
        if (++values > MAX_VALUES) return true;
    }
  }
  return false;
}

/** The index of the quote that ends the string begun at `start`, or the end of the text. */
function endOfString(text: Uint8Array, start: number): number {
  for (let end = text.indexOf(QUOTE, start + 1); end >= 0; end = text.indexOf(QUOTE, end + 1)) {
    let backslashes = 0;
    while (text[end - 1 - backslashes] === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return end;
  }
  return text.length;
}
