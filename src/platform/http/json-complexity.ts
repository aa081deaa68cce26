/** No request of the API comes near these; JSON.parse and the validator recurse, so they are held before either runs. */
export const MAX_DEPTH = 32;
export const MAX_VALUES = 10_000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENERS = new Set([0x5b, 0x7b]);
const CLOSERS = new Set([0x5d, 0x7d]);
const COMMA = 0x2c;

/**
 * Is the JSON text within the limits of depth and number of values? Counts brackets and commas outside strings; says
 * nothing about well-formedness.
 */
export function isWithinComplexity(json: Uint8Array): boolean {
  let depth = 0;
  let values = 1;
  let position = 0;
  while (position < json.length) {
    const octet = json[position] as number;
    if (octet === QUOTE) {
      position = afterString(json, position + 1);
      continue;
    }
    if (OPENERS.has(octet)) depth += 1;
    else if (CLOSERS.has(octet)) depth -= 1;
    if (OPENERS.has(octet) || octet === COMMA) values += 1;
    if (depth > MAX_DEPTH || values > MAX_VALUES) return false;
    position += 1;
  }
  return true;
}

/** UTF-8 continuation octets are never quote or backslash, so octets can be walked. */
function afterString(json: Uint8Array, start: number): number {
  let position = start;
  while (position < json.length && json[position] !== QUOTE) position += json[position] === BACKSLASH ? 2 : 1;
  return position + 1;
}
