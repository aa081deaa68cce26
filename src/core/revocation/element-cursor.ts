import { DerReader } from '../der/reader.ts';

/**
 * A place in a buffer that is moved from data value to data value without an object for each: a list of a million
 * entries is walked with one of these. Lengths of one octet are read here; every other case, and every error, is
 * DerReader's.
 */
export class ElementCursor {
  readonly buffer: Uint8Array;
  tag = 0;
  contentStart = 0;
  end = 0;

  constructor(buffer: Uint8Array) {
    this.buffer = buffer;
  }

  /** Reads the header at `offset`; the data value ends at `limit` or before. With `tag`, it must have that tag. */
  read(offset: number, limit: number, tag?: number): void {
    const { buffer } = this;
    const identifier = buffer[offset] as number;
    const length = buffer[offset + 1] as number;
    const end = offset + 2 + length;
    // Comparisons with undefined are false, so a read past the buffer falls through as well.
    if (length < 0x80 && end <= limit && (identifier & 0x1f) !== 0x1f && (tag === undefined || identifier === tag)) {
      this.tag = identifier;
      this.contentStart = offset + 2;
      this.end = end;
      return;
    }
    const element = new DerReader(buffer, offset, limit).next(tag);
    this.tag = element.tag;
    this.contentStart = element.contentStart;
    this.end = element.end;
  }
}
