import { DecodeError, type DecodeErrorCode } from './decode-error.ts';
import { MAX_DEPTH } from './limits.ts';

/**
 * One data value in DER (X.690 §10): its place in the buffer, nothing copied. Offsets count from the start of `buffer`.
 * Made by {@link DerReader.next} alone, so header and bounds have been validated.
 */
export class DerElement {
  readonly buffer: Uint8Array;
  readonly tag: number;
  readonly start: number;
  readonly contentStart: number;
  readonly end: number;
  readonly depth: number;

  constructor(buffer: Uint8Array, tag: number, start: number, contentStart: number, end: number, depth: number) {
    this.buffer = buffer;
    this.tag = tag;
    this.start = start;
    this.contentStart = contentStart;
    this.end = end;
    this.depth = depth;
  }

  /** The contents octets, a view. */
  get content(): Uint8Array {
    return this.buffer.subarray(this.contentStart, this.end);
  }

  /** Identifier, length and contents octets, a view. */
  get der(): Uint8Array {
    return this.buffer.subarray(this.start, this.end);
  }

  get length(): number {
    return this.end - this.contentStart;
  }

  /** A reader over the data values inside a constructed one; one level deeper. */
  reader(): DerReader {
    if ((this.tag & 0x20) === 0) throw this.error('unexpected-tag', 'a primitive value has no data values inside');
    return new DerReader(this.buffer, this.contentStart, this.end, this.depth + 1);
  }

  /** The single data value inside, as in an EXPLICIT tag. */
  only(tag?: number): DerElement {
    const inside = this.reader();
    const element = inside.next(tag);
    inside.finish();
    return element;
  }

  error(code: DecodeErrorCode, message: string): DecodeError {
    return new DecodeError(code, this.start, message);
  }
}

/**
 * Forward reader over a row of DER data values: definite minimal lengths (X.690 §10.1), single-octet tags, nothing past
 * the end, a bound on depth. Reads on demand; holds two numbers.
 */
export class DerReader {
  readonly buffer: Uint8Array;
  readonly end: number;
  readonly depth: number;
  offset: number;

  constructor(buffer: Uint8Array, start = 0, end = buffer.length, depth = 0) {
    if (depth > MAX_DEPTH) throw new DecodeError('depth-limit', start, `nested deeper than ${MAX_DEPTH}`);
    this.buffer = buffer;
    this.offset = start;
    this.end = end;
    this.depth = depth;
  }

  get atEnd(): boolean {
    return this.offset >= this.end;
  }

  /** The tag of the next data value, or -1 at the end. */
  get nextTag(): number {
    return this.offset < this.end ? (this.buffer[this.offset] as number) : -1;
  }

  /** Reads the next data value; with `tag`, it must have that identifier octet. */
  next(tag?: number): DerElement {
    const { buffer, end } = this;
    const start = this.offset;
    if (start + 2 > end) throw new DecodeError('truncated', start, 'a data value was expected');
    const identifier = buffer[start] as number;
    if ((identifier & 0x1f) === 0x1f)
      throw new DecodeError('high-tag-number', start, 'tag numbers over 30 are not used here');
    if (tag !== undefined && identifier !== tag) {
      throw new DecodeError(
        'unexpected-tag',
        start,
        `tag 0x${identifier.toString(16)} where 0x${tag.toString(16)} was expected`,
      );
    }
    let contentStart = start + 2;
    let length = buffer[start + 1] as number;
    if (length >= 0x80) {
      const octets = length & 0x7f;
      if (octets === 0) throw new DecodeError('indefinite-length', start, 'indefinite length is BER, not DER');
      if (octets > 4) throw new DecodeError('length-limit', start, 'length of more than four octets');
      contentStart += octets;
      if (contentStart > end) throw new DecodeError('truncated', start, 'the length is cut off');
      length = 0;
      for (let i = start + 2; i < contentStart; i++) length = length * 256 + (buffer[i] as number);
      if (length < 0x80 || length < 2 ** (8 * (octets - 1))) {
        throw new DecodeError('non-minimal-length', start, 'length in more octets than needed');
      }
    }
    const elementEnd = contentStart + length;
    if (elementEnd > end) throw new DecodeError('truncated', start, 'contents reach past the end');
    this.offset = elementEnd;
    return new DerElement(buffer, identifier, start, contentStart, elementEnd, this.depth);
  }

  /** Reads the next data value when it has that tag (an OPTIONAL or DEFAULT component). */
  nextIf(tag: number): DerElement | undefined {
    return this.nextTag === tag ? this.next() : undefined;
  }

  /** Nothing may follow. */
  finish(): void {
    if (this.offset < this.end)
      throw new DecodeError('trailing-bytes', this.offset, 'octets after the last data value');
  }
}

/** The one data value that `bytes` consist of; refuses trailing octets and more than `maxSize` octets. */
export function readDer(bytes: Uint8Array, maxSize: number, tag?: number): DerElement {
  if (bytes.length > maxSize) throw new DecodeError('size-limit', 0, `more than ${maxSize} octets`);
  const reader = new DerReader(bytes);
  const element = reader.next(tag);
  reader.finish();
  return element;
}
