import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from '@jest/globals';
import { toHex } from '../../src/core/bytes.ts';
import { Campaign, type Finding } from './campaign.ts';
import { mapDer, spliceDer } from './der-map.ts';
import { VECTORS } from './finding.ts';
import { Random } from './random.ts';
import { isClean, runTarget } from './run.ts';
import type { Target } from './target.ts';
import { certificateTarget } from './targets/certificate.ts';
import { TARGETS } from './targets.ts';

const { stackTraceLimit } = Error;
afterAll(() => {
  Error.stackTraceLimit = stackTraceLimit;
});

interface Run {
  readonly campaign: Campaign;
  readonly findings: readonly Finding[];
  /** Of all inputs, in order. */
  readonly digest: string;
}

/** What hangs is ended by the time that the test has. */
function run(target: Target, steps: number, seed = 1, hangMs = Number.POSITIVE_INFINITY): Run {
  const findings: Finding[] = [];
  const hash = createHash('sha256');
  const campaign = new Campaign(target, {
    seed,
    hangMs,
    found: (finding) => findings.push(finding),
    about: (octets) => hash.update(octets),
  });
  for (let i = 0; i < steps; i++) campaign.step();
  return { campaign, findings, digest: hash.digest('hex') };
}

/** The certificate decoder, and then something that it does not do. */
const planted = (behind: (octets: Uint8Array, seen: string) => string): Target => ({
  ...certificateTarget,
  run: (octets) => behind(octets, certificateTarget.run(octets)),
});

function seenOrRefused(octets: Uint8Array): string {
  try {
    return certificateTarget.run(octets);
  } catch {
    return 'refused';
  }
}

describe.each(TARGETS.map((target) => [target.name, target] as const))('%s', (_, target) => {
  it('is fed both what it accepts and what it refuses, and does nothing but one of the two', () => {
    const { campaign, findings } = run(target, 3_000);
    expect(findings).toEqual([]);
    expect(campaign.accepted).toBeGreaterThan(300);
    expect(campaign.pool.features.size).toBeGreaterThan(10);
  });

  it('accepts what is made after its grammar', () => {
    const random = new Random(3);
    for (let i = 0; i < 100; i++) target.run(target.generate(random));
  });
});

describe('the search', () => {
  it('is made by its seed alone', () => {
    const { digest } = run(certificateTarget, 1_000, 7);
    expect(run(certificateTarget, 1_000, 7).digest).toBe(digest);
    expect(run(certificateTarget, 1_000, 8).digest).not.toBe(digest);
  });

  it('finds a crash behind the decoder', () => {
    const ofSeeds = new Set(certificateTarget.seeds().map(seenOrRefused));
    const target = planted((_, seen) => {
      if (seen.startsWith('3 ') && !ofSeeds.has(seen)) throw new TypeError('planted');
      return seen;
    });
    const { findings } = run({ ...target, generate: () => new Uint8Array() }, 2_000);
    expect(findings[0]).toMatchObject({ target: 'certificate', kind: 'crash', what: 'TypeError: planted' });
    expect(() => target.run(findings[0]?.octets ?? new Uint8Array())).toThrow('planted');
  });

  it('finds what takes long, and only what takes long each time', () => {
    let once = true;
    const wait = (ms: number): void => {
      for (const until = performance.now() + ms; performance.now() < until; );
    };
    const slow = planted((octets, seen) => {
      if (octets.length % 2 === 0) wait(30);
      return seen;
    });
    expect(run(slow, 300, 1, 20).findings[0]?.kind).toBe('hang');
    const busy = planted((_, seen) => {
      if (once) wait(1_100);
      once = false;
      return seen;
    });
    expect(run(busy, 200, 1, 1_000).findings).toEqual([]);
    expect(once).toBe(false);
  });

  it('finds a decoder that looks at the buffer instead of its part', () => {
    const { findings } = run(
      planted((octets, seen) => `${seen} ${octets.byteOffset}`),
      5_000,
    );
    expect(findings.some(({ kind }) => kind === 'position')).toBe(true);
  });

  it('runs in a thread, counts, and measures memory', async () => {
    const report = await runTarget({ target: 'raw-content', seed: 1, seconds: 0, executions: 1_000 }, () => {
      throw new Error('a finding');
    });
    expect(report).toMatchObject({ target: 'raw-content', executions: 1_024, findings: 0 });
    expect(report?.heldMegabytes).toBeGreaterThan(1);
    expect(report !== undefined && isClean(report)).toBe(true);
    expect(report !== undefined && isClean({ ...report, grownMegabytes: 40 })).toBe(false);
    expect(report !== undefined && isClean({ ...report, findings: 1 })).toBe(false);
  });
});

describe('a splice', () => {
  it('puts the lengths around it right, also through an OCTET STRING', () => {
    // SEQUENCE { OCTET STRING { SEQUENCE { NULL } }, BOOLEAN }
    const bytes = Uint8Array.of(0x30, 9, 4, 4, 0x30, 2, 5, 0, 1, 1, 0xff);
    const places = mapDer(bytes);
    expect(places.map(({ tag }) => tag)).toEqual([0x30, 4, 0x30, 5, 1]);
    const at = places[3];
    if (at === undefined) throw new Error('no NULL');
    const long = spliceDer(bytes, places, at.parent, at.start, at.end, new Uint8Array(200).fill(7));
    expect(toHex(long.subarray(0, 9))).toBe(`3081d10481cb3081c8`);
    expect(long.length).toBe(9 + 200 + 3);
    expect(toHex(spliceDer(bytes, places, at.parent, at.start, at.end, new Uint8Array()))).toBe('3007040230000101ff');
  });
});

describe('earlier findings', () => {
  const files = readdirSync(VECTORS).filter((name) => name.endsWith('.json'));
  it.each([['README.md'], ...files.map((file) => [file])])('%s', (file) => {
    if (file === 'README.md') return expect(readFileSync(new URL(file, VECTORS), 'utf8')).toContain('npm run fuzz');
    const vector = JSON.parse(readFileSync(new URL(file, VECTORS), 'utf8'));
    const target = TARGETS.find(({ name }) => name === vector.target);
    if (target === undefined) throw new Error('no such target');
    const findings: Finding[] = [];
    const found = (finding: Finding) => findings.push(finding);
    const campaign = new Campaign(target, { seed: 1, hangMs: Number.POSITIVE_INFINITY, found });
    campaign.examine(Uint8Array.from(Buffer.from(vector.base64, 'base64')), true);
    expect(findings).toEqual([]);
  });
});
