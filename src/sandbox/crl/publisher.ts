import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CrlContentFault, FaultBoard } from '../faults/fault.ts';
import { isTransport } from '../faults/fault.ts';
import type { Register } from '../japan/register.ts';
import type { Kind } from '../pki/names.ts';
import { buildCrl, type CrlPlace, crlPlaces } from './crl-lists.ts';

export interface PublishedCrl {
  readonly name: string;
  readonly kind: Kind;
  readonly generation: number;
  readonly municipality: string;
  readonly publishedAt: number;
  readonly der: Uint8Array;
}

/** The lists as last published: in memory for HTTP, and as files for who reads a directory. */
export interface CrlPublisher {
  /** All lists, or those of the municipalities given. */
  publish(now: number, municipalities?: readonly string[]): void;
  list(): readonly PublishedCrl[];
  find(name: string): PublishedCrl | undefined;
}

export function createCrlPublisher(
  register: Register,
  faults: FaultBoard,
  directory: string | undefined,
): CrlPublisher {
  const published = new Map<string, PublishedCrl>();
  const places = crlPlaces(register);
  if (directory !== undefined) mkdirSync(directory, { recursive: true });

  const contentFaults = (kind: Kind): readonly CrlContentFault[] =>
    faults
      .look('crl', kind)
      .filter((fault) => !isTransport(fault))
      .map(({ fault }) => fault as CrlContentFault);

  const publishOne = (place: CrlPlace, now: number): void => {
    const { name, ca, municipality } = place;
    const der = buildCrl(register, place, contentFaults(ca.kind), now);
    published.set(name, {
      name,
      kind: ca.kind,
      generation: ca.generation,
      municipality: municipality.code,
      publishedAt: now,
      der,
    });
    if (directory === undefined) return;
    // Readers see the old list or the new one, never half of either.
    const beside = join(directory, `.${name}.new`);
    writeFileSync(beside, der);
    renameSync(beside, join(directory, name));
  };

  return {
    publish: (now, municipalities) => {
      register.state.crlNumber += 1;
      for (const place of places) {
        if (municipalities?.includes(place.municipality.code) ?? true) publishOne(place, now);
      }
    },
    list: () => [...published.values()],
    find: (name) => published.get(name),
  };
}
