import { generateCertificate } from '../fuzz/generate/certificate.ts';
import { generateCms } from '../fuzz/generate/cms.ts';
import { generateCrl } from '../fuzz/generate/crl.ts';
import { generateOcspResponse } from '../fuzz/generate/ocsp-response.ts';
import type { Signing } from '../fuzz/generate/parts.ts';
import { mutate } from '../fuzz/mutate.ts';
import { mapped } from '../fuzz/pool.ts';
import { Random } from '../fuzz/random.ts';
import { dummySigning } from '../fuzz/target.ts';
import type { ObjectKind } from './facts.ts';

export const INPUTS_OF_EACH_KIND = 1_000;

const GENERATORS: Readonly<Record<ObjectKind, (random: Random, signing: Signing) => Uint8Array>> = {
  certificate: generateCertificate,
  crl: generateCrl,
  'ocsp-response': generateOcspResponse,
  cms: generateCms,
};

export const KINDS = Object.keys(GENERATORS) as readonly ObjectKind[];

/** The same on every machine: one half valid, the other half with one thing changed. */
export function makeInputs(kind: ObjectKind): readonly Uint8Array[] {
  const random = new Random(20261122 + KINDS.indexOf(kind));
  const generate = GENERATORS[kind];
  return Array.from({ length: INPUTS_OF_EACH_KIND }, (_, i) => {
    const valid = generate(random, dummySigning);
    return i % 2 === 0 ? valid : mutate(mapped(valid), random, mapped(generate(random, dummySigning)));
  });
}
