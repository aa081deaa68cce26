import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { State } from './register.ts';

/** Where the pretend Japan is kept between starts. Written beside and renamed: whole, or as it was. */
export interface StateFile {
  load(): State | undefined;
  store(state: State): void;
}

export const noStateFile: StateFile = { load: () => undefined, store: () => undefined };

export function stateFile(directory: string): StateFile {
  const path = join(directory, 'sandbox.json');
  return {
    load: () => {
      let text: string;
      try {
        text = readFileSync(path, 'utf8');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
      const state: State = JSON.parse(text);
      if (state.version !== 1) throw new Error(`${path} was written by another version of the sandbox: delete it`);
      return state;
    },
    store: (state) => {
      mkdirSync(directory, { recursive: true });
      const beside = `${path}.new`;
      writeFileSync(beside, JSON.stringify(state));
      renameSync(beside, path);
    },
  };
}
