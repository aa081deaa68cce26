import { randomBytes } from 'node:crypto';
import { link, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Files with secrets: mode 0600 from their first byte, whole or absent whenever the machine stops. */

/** Replaces the file. */
export async function storePrivateFile(path: string, text: string): Promise<void> {
  const unfinished = await writeBeside(path, text);
  await rename(unfinished, path);
  await flush(dirname(path));
}

/** Makes the file; false, and nothing changed, when there is one already (also one that another process just made). */
export async function createPrivateFile(path: string, text: string): Promise<boolean> {
  const unfinished = await writeBeside(path, text);
  try {
    await link(unfinished, path);
    await flush(dirname(path));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(unfinished, { force: true });
  }
}

async function writeBeside(path: string, text: string): Promise<string> {
  const unfinished = `${path}.${randomBytes(6).toString('hex')}.new`;
  const file = await open(unfinished, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  return unfinished;
}

async function flush(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
