import { constants, type FileHandle, open } from 'node:fs/promises';
import { StartRefused } from '../platform/start-refused.ts';

/** More than a package with the longest list. */
export const LONGEST_PACKAGE = 512 * 1024 * 1024;

/**
 * A file that whoever calls names: a regular one, of no more than that many octets, read up to the size that it had when
 * it was opened. A named pipe or a device would never end. Throws StartRefused, without anything of what is in it.
 */
export async function readGivenFile(path: string, mostOctets: number): Promise<Buffer> {
  let file: FileHandle | undefined;
  try {
    // without waiting for whoever would write into a named pipe
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stat = await file.stat();
    if (!stat.isFile()) throw new StartRefused([`${path} is not a file.`]);
    if (stat.size > mostOctets) throw new StartRefused([`${path} is larger than ${mostOctets} octets.`]);
    const octets = Buffer.alloc(stat.size);
    const { bytesRead } = await file.read(octets, 0, stat.size, 0);
    return octets.subarray(0, bytesRead);
  } catch (cause) {
    if (cause instanceof StartRefused) throw cause;
    throw new StartRefused([`${path} cannot be read.`], cause as Error);
  } finally {
    await file?.close();
  }
}
