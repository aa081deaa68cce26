import { type FileHandle, open } from 'node:fs/promises';
import type { AuditSeal } from '../../core/audit/seal.ts';
import type { SealKeeper } from './seal-keeper.ts';
import { decodeSealLine, encodeSealLine } from './seal-lines.ts';

/** More than two lines take. */
const TAIL_OCTETS = 4_096;

/** A file of seals, one a line, appended to and never rewritten; on a disk that is written once, or that others own. */
export function createSealFile(path: string): SealKeeper {
  return {
    destination: `file:${path}`,
    loadLast: () => withFile(path, readLast),
    async keep(seals) {
      return withFile(path, async (file) => {
        // a line that a crash tore stays, alone on its line
        const head = (await endsWithinLine(file)) ? '\n' : '';
        await file.appendFile(head + seals.map((seal) => `${encodeSealLine(seal)}\n`).join(''));
        await file.sync();
        return true;
      });
    },
  };
}

async function withFile<T>(path: string, work: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path, 'a+', 0o644);
  try {
    return await work(file);
  } finally {
    await file.close();
  }
}

async function readTail(file: FileHandle): Promise<string> {
  const { size } = await file.stat();
  const length = Math.min(size, TAIL_OCTETS);
  const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
  return buffer.toString('utf8');
}

async function endsWithinLine(file: FileHandle): Promise<boolean> {
  const tail = await readTail(file);
  return tail !== '' && !tail.endsWith('\n');
}

async function readLast(file: FileHandle): Promise<AuditSeal | undefined> {
  const lines = (await readTail(file)).split('\n').slice(0, -1);
  return lines.map(decodeSealLine).findLast((seal) => seal !== undefined);
}
