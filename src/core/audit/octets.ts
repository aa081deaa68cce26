/** Writes fields one behind the other; what it wrote is a new array each time. */
export interface OctetWriter {
  uint8(value: number): void;
  uint32(value: number): void;
  /** A whole number below 2^53. */
  uint64(value: number): void;
  /** Exactly so many: RangeError otherwise. */
  octets(value: Uint8Array, length: number): void;
  /** 16 octets of a UUID's text. */
  uuid(text: string): void;
  /** UTF-8 behind its length in 4 octets; ffffffff for null. */
  text(value: string | null): void;
}

const NONE = 0xffffffff;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const REPLACEMENT = 0xfffd;

/** One buffer for all: writing is synchronous, and the result is copied out of it. */
let buffer = new Uint8Array(1024);
let view = new DataView(buffer.buffer);
let used = 0;

export function writeOctets(write: (writer: OctetWriter) => void): Uint8Array {
  used = 0;
  write(writer);
  return buffer.slice(0, used);
}

function reserve(length: number): void {
  if (used + length <= buffer.length) return;
  const grown = new Uint8Array(Math.max(buffer.length * 2, used + length));
  grown.set(buffer);
  buffer = grown;
  view = new DataView(grown.buffer);
}

const writer: OctetWriter = {
  uint8(value) {
    reserve(1);
    view.setUint8(used, value);
    used += 1;
  },
  uint32(value) {
    reserve(4);
    view.setUint32(used, whole(value));
    used += 4;
  },
  uint64(value) {
    reserve(8);
    view.setBigUint64(used, BigInt(whole(value)));
    used += 8;
  },
  octets(value, length) {
    if (value.length !== length) throw new RangeError(`${length} octets expected`);
    reserve(length);
    buffer.set(value, used);
    used += length;
  },
  uuid(text) {
    if (!UUID.test(text)) throw new RangeError('not a UUID in lower case');
    reserve(16);
    for (let at = 0; at < text.length; at += 2) {
      if (text[at] === '-') at += 1;
      view.setUint8(used++, Number.parseInt(text.slice(at, at + 2), 16));
    }
  },
  text(value) {
    if (value === null) {
      writer.uint32(NONE);
      return;
    }
    reserve(4 + 3 * value.length); // no UTF-16 code unit takes more than three octets
    const start = used;
    used += 4;
    for (let at = 0; at < value.length; at++) {
      const unit = value.charCodeAt(at);
      if (unit < 0x80) buffer[used++] = unit;
      else {
        const point = scalarAt(value, at);
        if (point > 0xffff) at += 1;
        writeCodePoint(point);
      }
    }
    view.setUint32(start, used - start - 4);
  },
};

function whole(value: number): number {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError('not a whole number');
  return value;
}

/** A surrogate without its other half is no character: what every encoder makes of it. */
function scalarAt(text: string, at: number): number {
  const point = text.codePointAt(at) as number;
  return point >= 0xd800 && point <= 0xdfff ? REPLACEMENT : point;
}

/** RFC 3629 §3, of two to four octets. */
function writeCodePoint(point: number): void {
  if (point < 0x800) buffer[used++] = 0xc0 | (point >> 6);
  else if (point < 0x10000) {
    buffer[used++] = 0xe0 | (point >> 12);
    buffer[used++] = 0x80 | ((point >> 6) & 0x3f);
  } else {
    buffer[used++] = 0xf0 | (point >> 18);
    buffer[used++] = 0x80 | ((point >> 12) & 0x3f);
    buffer[used++] = 0x80 | ((point >> 6) & 0x3f);
  }
  buffer[used++] = 0x80 | (point & 0x3f);
}
