import * as tags from '../der/tags.ts';
import type { Crl } from './crl.ts';
import { type EntryWalk, readEntry, walkEntries } from './crl-entries.ts';
import { ElementCursor } from './element-cursor.ts';

/** Finds an entry by the contents octets of its serial: its offset, or -1. */
export interface CrlEntryIndex {
  readonly count: number;
  find(serialOctets: Uint8Array): number;
}

/**
 * Walks the entries and indexes those of the CRL's own issuer by serial: an open hash table of entry offsets, eight to
 * sixteen octets an entry; serials, dates and reasons stay where they are. Where a serial stands twice, the entry that
 * revokes stays.
 */
export function buildEntryIndex(crl: Crl): { readonly walk: EntryWalk; readonly index: CrlEntryIndex } {
  const entries = new OffsetList();
  const walk = walkEntries(crl, (offset) => entries.push(offset));
  let size = 4;
  while (size < entries.length * 2) size *= 2;
  const table = new SerialTable(crl, new Uint32Array(size));
  for (let i = 0; i < entries.length; i++) table.insert(entries.at(i));
  return { walk, index: table };
}

/** Offsets in the order of the list; doubles as it grows. */
class OffsetList {
  length = 0;
  private offsets = new Uint32Array(256);

  push(offset: number): void {
    if (this.length === this.offsets.length) {
      const grown = new Uint32Array(this.length * 2);
      grown.set(this.offsets);
      this.offsets = grown;
    }
    this.offsets[this.length++] = offset;
  }

  at(i: number): number {
    return this.offsets[i] as number;
  }
}

/** Slots hold entry offsets; 0 is an empty slot, since no entry begins where the CRL does. */
class SerialTable implements CrlEntryIndex {
  count = 0;
  private readonly crl: Crl;
  private readonly slots: Uint32Array;
  private readonly entry: ElementCursor;

  constructor(crl: Crl, slots: Uint32Array) {
    this.crl = crl;
    this.slots = slots;
    this.entry = new ElementCursor(crl.der);
  }

  insert(offset: number): void {
    this.readSerial(offset);
    const { contentStart, end } = this.entry;
    const slot = this.locate(this.crl.der, contentStart, end);
    const held = this.slots[slot] as number;
    if (held === 0) {
      this.slots[slot] = offset;
      this.count++;
    } else if (readEntry(this.crl, held).reason === 'removeFromCRL') this.slots[slot] = offset;
  }

  find(serialOctets: Uint8Array): number {
    const held = this.slots[this.locate(serialOctets, 0, serialOctets.length)] as number;
    return held === 0 ? -1 : held;
  }

  /** The slot that holds that serial, or the empty one where it would stand. */
  private locate(octets: Uint8Array, start: number, end: number): number {
    const mask = this.slots.length - 1;
    for (let slot = hash(octets, start, end) & mask; ; slot = (slot + 1) & mask) {
      const held = this.slots[slot] as number;
      if (held === 0) return slot;
      this.readSerial(held);
      if (this.holds(octets, start, end)) return slot;
    }
  }

  private readSerial(offset: number): void {
    const { entry, crl } = this;
    entry.read(offset, crl.der.length, tags.SEQUENCE);
    entry.read(entry.contentStart, entry.end, tags.INTEGER);
  }

  private holds(octets: Uint8Array, start: number, end: number): boolean {
    const { buffer, contentStart } = this.entry;
    if (this.entry.end - contentStart !== end - start) return false;
    for (let i = 0; i < end - start; i++) if (buffer[contentStart + i] !== octets[start + i]) return false;
    return true;
  }
}

/** FNV-1a, finished as in MurmurHash3 so that counted serials spread over the low bits. */
function hash(octets: Uint8Array, start: number, end: number): number {
  let h = 0x811c9dc5;
  for (let i = start; i < end; i++) h = Math.imul(h ^ (octets[i] as number), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
