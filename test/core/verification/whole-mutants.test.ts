import { readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { equalBytes, toHex } from '../../../src/core/bytes.ts';
import { readFixture } from '../../fixtures.ts';
import { mutate } from '../../fuzz/mutate.ts';
import { mapped } from '../../fuzz/pool.ts';
import { Random } from '../../fuzz/random.ts';
import { HARMLESS } from './harmless.ts';
import { OCTET_PARTS, type OctetPart, PASSING, passes, type Whole } from './whole.ts';

/** Verifications that pass, and what becomes of them when one thing in any of their parts is changed. */

const STRUCTURAL_MUTANTS = 150;
let mutants = 0;
const harmlessSeen = new Map<string, number>();

/** A mutant passes only where the change is one of the listed ones. */
function expectRefused(honest: Whole, mutant: Whole, part: OctetPart, what: string): void {
  mutants += 1;
  if (!passes(mutant)) return;
  const listed = HARMLESS.find((one) => one.part === part && one.holds(honest, mutant));
  if (listed === undefined)
    throw new Error(`passed with another ${part} (${what}): ${toHex(mutant[part] ?? new Uint8Array())}`);
  harmlessSeen.set(listed.reason, (harmlessSeen.get(listed.reason) ?? 0) + 1);
}

/** Never passes, whatever else is the same. */
function expectNeverPasses(mutant: Whole, what: string): void {
  mutants += 1;
  if (passes(mutant)) throw new Error(`passed with ${what}`);
}

const files = (pattern: RegExp): readonly string[] =>
  readdirSync(new URL('../../../fixtures/certs/', import.meta.url)).filter((name) => pattern.test(name));
const MINUTE = 60_000;
const DAY = 86_400_000;

describe.each(Object.entries(PASSING))('%s', (name, honest) => {
  const parts = OCTET_PARTS.filter((part) => (honest[part]?.length ?? 0) > 0);

  it('passes as it is', () => {
    expect(passes(honest)).toBe(true);
  });

  it.each(parts)('%s: every eighth octet changed by a bit', (part) => {
    const octets = honest[part] as Uint8Array;
    for (let i = name.length % 8; i < octets.length; i += 8) {
      const flipped = octets.slice();
      flipped[i] = (octets[i] ?? 0) ^ (1 << ((i >> 3) % 8));
      expectRefused(honest, { ...honest, [part]: flipped }, part, `octet ${i}`);
    }
  });

  it.each(parts)(
    '%s: fields dropped, doubled, exchanged, turned round, filled otherwise, octets added and lost',
    (part) => {
      const random = new Random(Object.keys(PASSING).indexOf(name) * 100 + parts.indexOf(part));
      const octets = mapped(honest[part] as Uint8Array);
      const lenders = files(/^(leaf-[a-z-]*|ocsp-[a-z-]*|crl-kiyose|cms-[a-z0-9-]*)\.(crt|der|crl|p7m)$/).map((file) =>
        mapped(readFixture(file)),
      );
      for (let i = 0; i < STRUCTURAL_MUTANTS; i++) {
        const changed = mutate(octets, random, random.oneIn(2) ? octets : random.pick(lenders));
        if (!equalBytes(changed, octets.bytes))
          expectRefused(honest, { ...honest, [part]: changed }, part, `seed ${i}`);
      }
    },
  );

  it('another certificate, container or evidence in the place of this one', () => {
    // Containers and responses that are as honest as this one are left out: they may pass.
    const swap = (part: OctetPart, pattern: RegExp): void => {
      if (!parts.includes(part)) return;
      for (const file of files(pattern)) {
        const other = readFixture(file);
        if (!equalBytes(other, honest[part] as Uint8Array))
          expectRefused(honest, { ...honest, [part]: other }, part, file);
      }
    };
    swap('certificate', /\.(crt|der)$/);
    swap(
      'container',
      /^(?!.*(attached|detached|signing-certificate-v2|combined-algorithm|subject-key-identifier|sha512|no-signing-time)\.).*\.p7m$/,
    );
    swap(
      'evidence',
      honest.method === 'crl'
        ? /^(?!crl-(kiyose|many|no-number)).*\.(crl|der)$/
        : /^(?!ocsp-good|ocsp-two).*\.(crl|der)$/,
    );
    swap('signature', /\.(sig|bin)$/);
    swap('content', /\.(bin|p7m|sig|der)$/);
  });

  it('evidence of the other method, of another kind, or of a certificate that is not this one', () => {
    expectNeverPasses(
      { ...honest, method: honest.method === 'crl' ? 'ocsp' : 'crl' },
      'the evidence taken for the other sort',
    );
    for (const file of [
      'ocsp-good-generation-1.der',
      'ocsp-good-authentication.der',
      'ocsp-good.der',
      'ocsp-good-sha256.der',
    ]) {
      const evidence = readFixture(file);
      const right =
        name.includes('user-authentication') === file.includes('authentication') && !file.includes('generation');
      if (!right) expectNeverPasses({ ...honest, method: 'ocsp', nonce: undefined, evidence }, file);
    }
    expectNeverPasses({ ...honest, evidence: new Uint8Array() }, 'no evidence');
  });

  it('another time', () => {
    for (const days of [1, 2, 7, 30, 365, 900, 3_650, 36_500]) {
      for (const at of [honest.at - days * DAY, honest.at + days * DAY]) {
        const { challenge } = honest;
        if (challenge.state !== 'known') throw new Error('a challenge was expected');
        // The challenge moves along: certificate and evidence alone must refuse.
        const moved = { ...challenge, issuedAt: at - MINUTE, expiresAt: at + MINUTE };
        expectNeverPasses({ ...honest, at }, `${days} days apart`);
        expectNeverPasses({ ...honest, at, challenge: moved }, `${days} days apart, with the challenge`);
      }
    }
    for (const at of [0, -1, 8.64e15]) expectNeverPasses({ ...honest, at }, `the time ${at}`);
    expect(passes({ ...honest, at: honest.at + MINUTE })).toBe(true);
  });

  it('another challenge, purpose or policy', () => {
    const { challenge } = honest;
    if (challenge.state !== 'known') throw new Error('a challenge was expected');
    const change = (changes: Partial<typeof challenge>, what: string): void =>
      expectNeverPasses({ ...honest, challenge: { ...challenge, ...changes } }, what);
    for (let i = 0; i < challenge.content.length; i++) {
      const content = challenge.content.slice();
      content[i] = (content[i] ?? 0) ^ (1 << (i % 8));
      change({ content }, `octet ${i} of the challenge changed`);
    }
    change({ content: challenge.content.subarray(1) }, 'a shorter challenge');
    change({ content: new Uint8Array() }, 'an empty challenge');
    change({ purpose: 'Account-opening' }, 'a challenge for another purpose');
    change({ kind: 'card-presence' }, 'a challenge of another kind');
    change({ usedAt: honest.at - 1 }, 'a used challenge');
    change({ expiresAt: honest.at }, 'a challenge that expires at that instant');
    expectNeverPasses({ ...honest, challenge: { state: 'none' } }, 'no challenge where one is required');
    expectNeverPasses({ ...honest, challenge: { state: 'unknown' } }, 'a challenge of somebody else');
    expectNeverPasses({ ...honest, purpose: '' }, 'another purpose');
    const other = name.includes('user-authentication') ? 'digital-signature' : 'user-authentication';
    expectNeverPasses({ ...honest, kindsAccepted: [other] }, 'a kind that is not accepted');
    expectNeverPasses({ ...honest, kindsAccepted: [] }, 'no kind accepted');
    // Test cards have a policy of their own for 署名用 alone.
    if (!name.includes('user-authentication'))
      expectNeverPasses({ ...honest, testPolicies: false }, 'test policies not admitted');
  });

  it('other anchors', () => {
    const own = name.includes('user-authentication')
      ? 'root-user-authentication-2.crt'
      : 'root-digital-signature-2.crt';
    const without = honest.anchors.filter((anchor) => !equalBytes(anchor, readFixture(own)));
    expect(without.length).toBe(3);
    expectNeverPasses({ ...honest, anchors: [] }, 'no anchors');
    expectNeverPasses({ ...honest, anchors: without }, 'the other anchors');
    for (const file of files(/\.crt$/).filter((file) => file !== own))
      expectNeverPasses({ ...honest, anchors: [...without, readFixture(file)] }, `the anchor ${file}`);
  });

  if (honest.format === 'raw') {
    it('another algorithm or encoding', () => {
      const { algorithm: own } = honest;
      for (const algorithm of ['RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384'] as const) {
        expect(algorithm).not.toBe(own);
        for (const encoding of ['der', 'p1363'] as const)
          expectNeverPasses({ ...honest, algorithm, encoding }, algorithm);
      }
      expectNeverPasses({ ...honest, content: undefined }, 'no content');
    });
  }
});

it('each listed reason is met, and there are as many mutants as were wanted', () => {
  expect([...harmlessSeen.keys()].sort()).toEqual(HARMLESS.map(({ reason }) => reason).sort());
  expect(mutants).toBeGreaterThan(8_000);
});
