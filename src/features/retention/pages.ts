import { type IdPrefix, isId } from '../../platform/ids.ts';
import type { Page } from './wire.ts';

export const USUAL_LIMIT = 50;

/** A cursor is the last id of the page before, for nobody to build on. */
const encodeCursor = (id: string): string => Buffer.from(id).toString('base64url');

/** Undefined for what is none of ours. */
export function decodeCursor(prefix: IdPrefix, cursor: string): string | undefined {
  const id = Buffer.from(cursor, 'base64url').toString();
  return isId(prefix, id) && encodeCursor(id) === cursor ? id : undefined;
}

/** Of rows of which one more was asked for than the page has. */
export function toPage<Row extends { readonly id: string }, View>(
  rows: readonly Row[],
  limit: number,
  toView: (row: Row) => View,
): Page<View> {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const isLast = rows.length <= limit || last === undefined;
  return { items: page.map(toView), nextCursor: isLast ? null : encodeCursor(last.id) };
}
