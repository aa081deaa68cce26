import { ZipFile } from 'yazl';

export interface ZipEntry {
  readonly name: string;
  readonly octets: Uint8Array;
}

/** The first instant that a ZIP can tell, in local time as it is written: the same octets everywhere. */
const FIRST_DAY = new Date(1980, 0, 1);
const REGULAR_FILE = 0o100644;

/** The same entries give the same octets, on any machine and day: stored, in their order, without a time of their own. */
export async function writeZip(entries: readonly ZipEntry[]): Promise<Buffer> {
  const zip = new ZipFile();
  for (const { name, octets } of entries) {
    const { buffer, byteOffset, length } = octets;
    zip.addBuffer(Buffer.from(buffer, byteOffset, length), name, {
      ...{ mtime: FIRST_DAY, forceDosTimestamp: true, mode: REGULAR_FILE, compress: false },
    });
  }
  zip.end();
  const parts: Buffer[] = [];
  for await (const part of zip.outputStream) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
