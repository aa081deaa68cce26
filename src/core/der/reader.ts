import { DecodeError, type DecodeErrorCode } from './decode-error.ts';
import { MAX_DEPTH } from './limits.ts';

/** One data value in DER (X.690 §10): its place in the buffer, nothing copied. Offsets count from the start of `buffer`. */
export abstract class DerValue {
  abstract readonly buffer: Uint8Array;
  abstract readonly tag: number;
  abstract readonly start: number;
  abstract readonly contentStart: number;
  abstract readonly end: number;
  abstract readonly depth: number;

  /** The contents octets, a view. */
  get content(): Uint8Array {
    return view(this.buffer, this.contentStart, this.end);
  }

  /** Identifier, length and contents octets, a view. */
  get der(): Uint8Array {
    return view(this.buffer, this.start, this.end);
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
  only(tag?: number): DerValue {
    const inside = this.reader();
    inside.read(tag);
    inside.finish();
    return inside;
  }

  error(code: DecodeErrorCode, message: string): DecodeError {
    return new DecodeError(code, this.start, message);
  }
}

/** A view of the octets from `start` to `end`; costs less than `subarray`, and a Buffer's is no Buffer. */
export function view(buffer: Uint8Array, start: number, end: number): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset + start, end - start);
}

/** A data value to keep. Made by {@link DerReader.next} alone, so header and bounds have been validated. */
export class DerElement extends DerValue {
  readonly buffer: Uint8Array;
  readonly tag: number;
  readonly start: number;
  readonly contentStart: number;
  readonly end: number;
  readonly depth: number;

  constructor(buffer: Uint8Array, tag: number, start: number, contentStart: number, end: number, depth: number) {
    super();
    this.buffer = buffer;
    this.tag = tag;
    this.start = start;
    this.contentStart = contentStart;
    this.end = end;
    this.depth = depth;
  }
}

/**
 * Forward reader over a row of DER data values: definite minimal lengths (X.690 §10.1), single-octet tags, nothing past
 * the end, a bound on depth. Reads on demand. It stands for the data value that it read last, so that a structure can be
 * gone through (`read`, `enter`, `leave`) without an object for each; `next` makes one, to be kept.
 */
export class DerReader extends DerValue {
  readonly buffer: Uint8Array;
  depth: number;
  /** Where the next data value begins, and where the row ends. */
  offset: number;
  limit: number;
  tag: number;
  start: number;
  contentStart: number;
  end: number;

  constructor(buffer: Uint8Array, start = 0, limit = buffer.length, depth = 0) {
    super();
    if (depth > MAX_DEPTH) throw tooDeep(start);
    this.buffer = buffer;
    this.depth = depth;
    this.offset = start;
    this.limit = limit;
    this.tag = -1;
    this.start = start;
    this.contentStart = start;
    this.end = start;
  }

  get atEnd(): boolean {
    return this.offset >= this.limit;
  }

  /** The tag of the next data value, or -1 at the end. */
  get nextTag(): number {
    return this.offset < this.limit ? (this.buffer[this.offset] as number) : -1;
  }

  /** Reads the next data value; with `tag`, it must have that identifier octet. */
  next(tag?: number): DerElement {
    this.read(tag);
    return new DerElement(this.buffer, this.tag, this.start, this.contentStart, this.end, this.depth);
  }

  /** Reads the next data value when it has that tag (an OPTIONAL or DEFAULT component). */
  nextIf(tag: number): DerElement | undefined {
    return this.nextTag === tag ? this.next() : undefined;
  }

  /** As `next`, for a data value to be used before the next is read: it is the reader itself. */
  read(tag?: number): DerValue {
    const { buffer, limit, offset: start } = this;
    const header = start + 2;
    if (header > limit) throw new DecodeError('truncated', start, 'a data value was expected');
    const identifier = buffer[start] as number;
    if ((identifier & 0x1f) === 0x1f)
      throw new DecodeError('high-tag-number', start, 'tag numbers over 30 are not used here');
    if (tag !== undefined && identifier !== tag) throw unexpectedTag(identifier, tag, start);
    const first = buffer[start + 1] as number;
    const contentStart = first < 0x80 ? header : header + (first & 0x7f);
    const end = contentStart + (first < 0x80 ? first : readLongLength(buffer, start, limit));
    if (end > limit) throw new DecodeError('truncated', start, 'contents reach past the end');
    this.tag = identifier;
    this.start = start;
    this.contentStart = contentStart;
    this.end = end;
    this.offset = end;
    return this;
  }

  /**
   * Steps into the next data value, which has that tag: what is read from here are the data values inside (in a primitive one,
   * DER that it wraps), until `leave` is given what this returned.
   */
  enter(tag: number): number {
    this.read(tag);
    if (this.depth >= MAX_DEPTH) throw tooDeep(this.contentStart);
    const outer = this.limit;
    this.limit = this.end;
    this.offset = this.contentStart;
    this.depth++;
    return outer;
  }

  /** Steps out of the data value that was entered; nothing may follow inside. */
  leave(outer: number): void {
    this.finish();
    this.limit = outer;
    this.depth--;
  }

  /** How many data values are left to read, each with a sound header; more than `max` are refused. Stays where it is. */
  count(max: number): number {
    const { offset } = this;
    let count = 0;
    while (this.offset < this.limit) {
      if (count === max) throw new DecodeError('count-limit', offset, `more than ${max} elements`);
      this.read();
      count++;
    }
    this.offset = offset;
    return count;
  }

  /** Nothing may follow. */
  finish(): void {
    if (this.offset < this.limit)
      throw new DecodeError('trailing-bytes', this.offset, 'octets after the last data value');
  }
}

/** A length of more than one octet, in no more than it needs (X.690 §10.1). */
function readLongLength(buffer: Uint8Array, start: number, limit: number): number {
  const octets = (buffer[start + 1] as number) & 0x7f;
  const contentStart = start + 2 + octets;
  if (octets === 0) throw new DecodeError('indefinite-length', start, 'indefinite length is BER, not DER');
  if (octets > 4) throw new DecodeError('length-limit', start, 'length of more than four octets');
  if (contentStart > limit) throw new DecodeError('truncated', start, 'the length is cut off');
  let length = 0;
  for (let i = start + 2; i < contentStart; i++) length = length * 256 + (buffer[i] as number);
  if (length < 0x80 || buffer[start + 2] === 0)
    throw new DecodeError('non-minimal-length', start, 'length in more octets than needed');
  return length;
}

function unexpectedTag(tag: number, expected: number, start: number): DecodeError {
  const message = `tag 0x${tag.toString(16)} where 0x${expected.toString(16)} was expected`;
  return new DecodeError('unexpected-tag', start, message);
}

function tooDeep(start: number): DecodeError {
  return new DecodeError('depth-limit', start, `nested deeper than ${MAX_DEPTH}`);
}

/** The one data value that `bytes` consist of; refuses trailing octets and more than `maxSize` octets. */
export function readDer(bytes: Uint8Array, maxSize: number, tag?: number): DerElement {
  if (bytes.length > maxSize) throw new DecodeError('size-limit', 0, `more than ${maxSize} octets`);
  const reader = new DerReader(bytes);
  const element = reader.next(tag);
  reader.finish();
  return element;
}
