import { fileURLToPath } from 'node:url';

/** Beside the sources as beside what is built of them. */
export const MIGRATIONS = fileURLToPath(new URL('../../../migrations', import.meta.url));
