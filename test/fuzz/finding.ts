import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import type { Finding } from './campaign.ts';

/** A finding as it is kept in test/vectors/fuzz: run again by every test run, for ever. */
export interface FuzzVector {
  readonly target: string;
  readonly kind: Finding['kind'];
  readonly what: string;
  readonly base64: string;
}

export const VECTORS = new URL('../vectors/fuzz/', import.meta.url);

/** Writes it under a name that tells target and octets, and returns the name. */
export function writeVector({ target, kind, what, octets }: Finding): string {
  const id = createHash('sha256').update(octets).digest('hex').slice(0, 12);
  const vector: FuzzVector = { target, kind, what, base64: Buffer.from(octets).toString('base64') };
  const name = `${target}-${kind}-${id}.json`;
  mkdirSync(VECTORS, { recursive: true });
  writeFileSync(new URL(name, VECTORS), `${JSON.stringify(vector, null, 2)}\n`);
  return name;
}
