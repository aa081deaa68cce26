import { buffer as collect } from 'node:stream/consumers';
import { type Entry, fromBufferPromise, type ZipFile } from 'yauzl';
import type { ZipEntry } from './write-zip.ts';

export interface ZipLimits {
  readonly entries: number;
  /** Of each, in octets. */
  readonly size: number;
}

/** Not a ZIP as writeZip makes them; `message` says what is wrong, without any of its content. */
export class ZipRefused extends Error {}

const NAME = /^[a-z0-9][a-z0-9.-]*(\/[a-z0-9][a-z0-9.-]*)*$/;

/**
 * The entries of a ZIP, in their order, duplicated ones too. Only stored entries are read, and all together are no longer
 * than the file itself: entries that share their octets are refused before they are read. Throws ZipRefused.
 */
export async function readZip(octets: Buffer, limits: ZipLimits): Promise<ZipEntry[]> {
  const entries: ZipEntry[] = [];
  try {
    const zip = await fromBufferPromise(octets, { lazyEntries: true, strictFileNames: true, validateEntrySizes: true });
    if (zip.entryCount > limits.entries) throw new ZipRefused(`it has more than ${limits.entries} entries`);
    let total = 0;
    for await (const entry of zip.eachEntry()) {
      total += entry.compressedSize;
      if (total > octets.length) throw new ZipRefused('its entries overlap');
      entries.push(await readEntry(zip, entry, limits));
    }
  } catch (error) {
    if (error instanceof ZipRefused) throw error;
    throw new ZipRefused('it is no ZIP, or a broken one', { cause: error });
  }
  return entries;
}

async function readEntry(zip: ZipFile, entry: Entry, limits: ZipLimits): Promise<ZipEntry> {
  if (entry.compressionMethod !== 0 || entry.isEncrypted()) throw new ZipRefused('an entry is compressed or encrypted');
  if (entry.uncompressedSize > limits.size) throw new ZipRefused(`an entry is longer than ${limits.size} octets`);
  if (!NAME.test(entry.fileName)) throw new ZipRefused('an entry has a name that packages do not use');
  const octets = await collect(await zip.openReadStreamPromise(entry));
  return { name: entry.fileName, octets: new Uint8Array(octets.buffer, octets.byteOffset, octets.length) };
}
