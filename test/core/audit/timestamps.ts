import { imprintOf, type StampedSeals } from '../../../src/core/audit/seal-timestamp.ts';
import type { ReadTimestamp, TimestampFacts } from '../../../src/core/audit/timestamp-facts.ts';
import { equalBytes } from '../../../src/core/bytes.ts';
import { sha256 } from './crypto.ts';

/** Tokens without ASN.1: JSON of the imprint and of what is said. Real ones are read in read-timestamp.test.ts. */
export function makeToken(stamped: StampedSeals, facts: Partial<TimestampFacts>): Uint8Array {
  const imprint = Buffer.from(imprintOf(sha256, stamped)).toString('hex');
  const all = { validUntil: facts.authorityUntil, authorityUntil: facts.validUntil, ...facts };
  const usual = { algorithms: ['RSA-2048', 'SHA-256'], authority: 'a'.repeat(64), trusted: true };
  return new Uint8Array(Buffer.from(JSON.stringify({ imprint, facts: { ...usual, ...all } })));
}

export const readToken: ReadTimestamp = (token, imprint) => {
  try {
    const said = JSON.parse(Buffer.from(token).toString());
    return equalBytes(Buffer.from(said.imprint, 'hex'), imprint) ? said.facts : undefined;
  } catch {
    return undefined;
  }
};

/** Stands for the hash of the seal of a batch. */
export const sealHash = (batch: number): Uint8Array => sha256(new Uint8Array([1, 2, 3, batch & 255, batch >> 8]));
