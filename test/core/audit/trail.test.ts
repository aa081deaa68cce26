import { describe, expect, it } from '@jest/globals';
import { type AuditLine, hashAuditLine } from '../../../src/core/audit/audit-line.ts';
import { verifyHeldSeal } from '../../../src/core/audit/held-seal.ts';
import { buildRoot } from '../../../src/core/audit/merkle-tree.ts';
import { type AuditSeal, encodeSeal, hashSeal, NO_SEAL } from '../../../src/core/audit/seal.ts';
import { type BatchOnFile, createTrailVerifier, type SealKey } from '../../../src/core/audit/trail.ts';
import { concatBytes } from '../../../src/core/bytes.ts';
import { crypto, newSealKey, sha256 } from './crypto.ts';

const T0 = Date.parse('2026-06-01T03:00:00Z');
const signer = newSealKey();
const KEY: SealKey = { keyId: signer.keyId, spki: signer.spki, validFrom: T0, validUntil: null };

const lineOf = (id: string): AuditLine => ({
  ...{ id, tenantId: '7f2c1a52-0000-4000-8000-000000000001', at: T0, actor: 'client:cli_1', right: 'verify' },
  ...{ act: 'verification.perform', target: null, outcome: 'done', from: null, requestId: null, count: 1 },
  salt: new Uint8Array(16).fill(id.charCodeAt(id.length - 1)),
});

function seal(batch: number, ids: string, previous: Uint8Array, by = signer): BatchOnFile {
  const lines = Array.from(ids, (id, position) => ({ position, line: lineOf(id) }));
  const leaves = concatBytes(...lines.map(({ line }) => hashAuditLine(sha256, line)));
  const unsigned = {
    ...{ batch, treeSize: lines.length, root: buildRoot(sha256, leaves), previous },
    ...{ sealedAt: T0 + batch * 1000, keyId: by.keyId },
  };
  const signed: AuditSeal = { ...unsigned, signature: by.sign(encodeSeal(unsigned)) };
  return { seal: signed, leaves, lines, pruned: new Set() };
}

function trail(): [BatchOnFile, BatchOnFile, BatchOnFile] {
  const first = seal(1, 'abc', NO_SEAL);
  const second = seal(2, 'defgh', hashSeal(sha256, first.seal));
  return [first, second, seal(3, 'i', hashSeal(sha256, second.seal))];
}

function verify(batches: readonly BatchOnFile[], keys: readonly SealKey[] = [KEY]) {
  const verifier = createTrailVerifier(crypto, keys);
  return batches.flatMap((batch) => verifier.verifyBatch(batch));
}

it('finds nothing in a sound trail, of no batch too', () => {
  expect(verify(trail())).toEqual([]);
  expect(verify([])).toEqual([]);
  const verifier = createTrailVerifier(crypto, [KEY]);
  expect(verifier.last()).toBeUndefined();
  verifier.verifyBatch(trail()[0]);
  expect(verifier.last()?.batch).toBe(1);
});

describe('lines', () => {
  const altered = (change: Partial<BatchOnFile>) => {
    const [first, second, third] = trail();
    return verify([first, { ...second, ...change }, third]);
  };
  const { lines } = trail()[1];

  it.each([
    { actor: 'client:cli_2' },
    { at: T0 + 1 },
    { outcome: 'refused:x' },
    { target: 'ver_1' },
    { tenantId: '7f2c1a52-0000-4000-8000-000000000002' },
    { count: 2 },
    { salt: new Uint8Array(16) },
  ])('are found altered: %p', (change) => {
    const changed = lines.map((one) => (one.position === 3 ? { ...one, line: { ...one.line, ...change } } : one));
    expect(altered({ lines: changed })).toEqual([{ fault: 'line-altered', batch: 2, position: 3, lineId: 'g' }]);
  });

  it.each([0, 2, 4])('are found erased: %d', (gone) => {
    const rest = lines.filter(({ position }) => position !== gone);
    expect(altered({ lines: rest })).toEqual([{ fault: 'line-erased', batch: 2, position: gone }]);
  });

  it('are missed where a pruning took them, there alone', () => {
    const rest = lines.filter(({ position }) => position > 1);
    expect(altered({ lines: rest, pruned: new Set([0, 1]) })).toEqual([]);
    expect(altered({ lines: rest, pruned: new Set([1]) })).toEqual([{ fault: 'line-erased', batch: 2, position: 0 }]);
  });

  it('are found inserted: behind the last, and twice at one place', () => {
    const extra = { position: 5, line: lineOf('x') };
    expect(altered({ lines: [...lines, extra] })).toEqual([
      { fault: 'line-inserted', batch: 2, position: 5, lineId: 'x' },
    ]);
    const twice = [...lines.slice(0, 3), { position: 2, line: lineOf('x') }, ...lines.slice(3)];
    expect(altered({ lines: twice })).toEqual([{ fault: 'line-inserted', batch: 2, position: 2, lineId: 'x' }]);
  });

  it('are found reordered, told from altered', () => {
    const places = [1, 0, 2, 3, 4];
    const reordered = places.map((from, position) => ({ position, line: (lines[from] as { line: AuditLine }).line }));
    expect(altered({ lines: reordered }).map(({ fault, position }) => [fault, position])).toEqual([
      ['line-reordered', 0],
      ['line-reordered', 1],
    ]);
  });

  it('cannot be covered by leaves made to fit, nor by taking the leaves away', () => {
    const forged = seal(2, 'dexgh', NO_SEAL);
    const leaves = forged.leaves as Uint8Array;
    expect(altered({ lines: forged.lines, leaves })).toEqual([{ fault: 'leaves-altered', batch: 2 }]);
    expect(altered({ leaves: leaves.subarray(1) })).toEqual([{ fault: 'leaves-altered', batch: 2 }]);
    expect(altered({ leaves: leaves.subarray(32) })).toEqual([{ fault: 'leaves-altered', batch: 2 }]);
    expect(altered({ leaves: undefined })).toEqual([{ fault: 'leaves-missing', batch: 2 }]);
  });
});

describe('seals', () => {
  const [first, second, third] = trail();
  const withSeal = (change: Partial<AuditSeal>): BatchOnFile => ({ ...second, seal: { ...second.seal, ...change } });

  it.each([
    { root: third.seal.root },
    { sealedAt: T0 + 2001 },
    { treeSize: 4 },
    { signature: first.seal.signature },
    { signature: new Uint8Array() },
  ])('are found altered: %p', (change) => {
    const kinds = verify([first, withSeal(change), third]).map(({ fault, batch }) => [fault, batch]);
    expect(kinds).toContainEqual(['seal-altered', 2]);
    expect(kinds).toContainEqual(['chain-broken', 3]);
  });

  it('are found gone: in the middle, at the beginning', () => {
    expect(verify([first, third])).toEqual([{ fault: 'seal-missing', batch: 2, lastBatch: 2 }]);
    expect(verify([third])).toEqual([{ fault: 'seal-missing', batch: 1, lastBatch: 2 }]);
    expect(verify([first, second, second])).toContainEqual({ fault: 'seal-missing', batch: 3, lastBatch: 1 });
  });

  it('are found made anew without their chain, or in time before the one before', () => {
    expect(verify([first, seal(2, 'defgh', NO_SEAL)])).toEqual([{ fault: 'chain-broken', batch: 2 }]);
    const unsigned = { ...second.seal, sealedAt: T0 + 999 };
    const early = { ...second, seal: { ...unsigned, signature: signer.sign(encodeSeal(unsigned)) } };
    expect(verify([first, early])).toEqual([{ fault: 'seal-time-reversed', batch: 2 }]);
  });

  it('are believed of known keys alone, each in its time', () => {
    const other = newSealKey();
    const forged = seal(2, 'defgh', hashSeal(sha256, first.seal), other);
    const { keyId } = other;
    expect(verify([first, forged])).toEqual([{ fault: 'seal-key-unknown', batch: 2, keyId }]);
    const at = forged.seal.sealedAt;
    const times = (validFrom: number, validUntil: number | null) =>
      verify([first, forged], [KEY, { keyId, spki: other.spki, validFrom, validUntil }]).map(({ fault }) => fault);
    expect(times(at, at)).toEqual([]);
    expect(times(at, null)).toEqual([]);
    expect(times(at + 1, null)).toEqual(['seal-key-out-of-time']);
    expect(times(at - 1, at - 1)).toEqual(['seal-key-out-of-time']);
    // a key under another's name
    expect(verify([first, forged], [KEY, { ...KEY, keyId }]).map(({ fault }) => fault)).toEqual(['seal-altered']);
  });
});

describe('against seals held outside', () => {
  const [first, second] = trail();
  it('finds a database rolled back, one that went on otherwise, one with a hole', () => {
    expect(verifyHeldSeal(second.seal, second.seal, 2)).toBeUndefined();
    expect(verifyHeldSeal(second.seal, undefined, 1)).toEqual({ fault: 'rolled-back', batch: 2 });
    expect(verifyHeldSeal(second.seal, { ...second.seal, sealedAt: T0 }, 2)).toMatchObject({ fault: 'seal-differs' });
    expect(verifyHeldSeal(second.seal, { ...second.seal, signature: first.seal.signature }, 3)).toMatchObject({
      fault: 'seal-differs',
    });
    expect(verifyHeldSeal(first.seal, undefined, 2)).toEqual({ fault: 'seal-missing', batch: 1, lastBatch: 1 });
  });
});
