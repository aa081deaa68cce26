import { describe, expect, it } from '@jest/globals';
import type { PathSettings } from '../../../../src/core/x509/path/path.ts';
import { validatePath } from '../../../../src/core/x509/path/validate-path.ts';
import { nodeCrypto } from '../../../../src/platform/crypto.ts';
import { authority, type Entity, type Extension, extension, leaf, root } from '../certificate-builder.ts';

const ANY = '2.5.29.32.0';
const [GOLD, SILVER, TIN, LEAD] = ['1.2.3.1', '1.2.3.2', '1.2.3.3', '1.2.3.4'];
const OPEN: PathSettings = {
  initialPolicySet: [ANY],
  initialExplicitPolicy: false,
  initialPolicyMappingInhibit: false,
  initialAnyPolicyInhibit: false,
};
const { policies, mappings, policyConstraints, inhibitAnyPolicy } = extension;

const anchor = root();

/** A path with these extensions in the authorities, from the top, and the last in the leaf. */
function build(...levels: readonly (readonly Extension[])[]): { target: Entity; authorities: Entity[] } {
  const authorities: Entity[] = [];
  levels.slice(0, -1).forEach((extensions, i) => {
    authorities.push(authority(authorities.at(-1) ?? anchor, `authority ${i}`, { extensions }));
  });
  return { target: leaf(authorities.at(-1) ?? anchor, { extensions: levels.at(-1) ?? [] }), authorities };
}

/** The policies of the path, sorted, or the index of the certificate that the policy failure is told of. */
function judge(
  levels: readonly (readonly Extension[])[],
  settings: Partial<PathSettings> = {},
): readonly string[] | number {
  const { target, authorities } = build(...levels);
  const { path, failures } = validatePath({
    target: target.certificate,
    anchors: [anchor.certificate],
    untrusted: authorities.map(({ certificate }) => certificate),
    at: Date.UTC(2026, 10, 22),
    settings: { ...OPEN, ...settings },
    crypto: nodeCrypto,
  });
  if (path !== undefined) return [...path.policies].sort();
  expect(failures.map(({ code }) => code)).toEqual(['policy']);
  return failures[0]?.index ?? NaN;
}

describe('policies of a path', () => {
  it('are those that every certificate has', () => {
    expect(judge([[policies(GOLD, SILVER)], [policies(SILVER, TIN)]])).toEqual([SILVER]);
  });

  it('are none when one certificate has none, which fails only where one is required', () => {
    expect(judge([[policies(GOLD)], []])).toEqual([]);
    expect(judge([[policies(GOLD)], []], { initialExplicitPolicy: true })).toBe(1);
    expect(judge([[], [policies(GOLD)]], { initialExplicitPolicy: true })).toBe(0);
  });

  it('pass through anyPolicy of an authority', () => {
    expect(judge([[policies(ANY)], [policies(GOLD)]])).toEqual([GOLD]);
    expect(judge([[policies(GOLD)], [policies(ANY)]])).toEqual([GOLD]);
    expect(judge([[policies(ANY)], [policies(ANY)]])).toEqual([ANY]);
  });

  it('are intersected with those that the user accepts', () => {
    const levels = [[policies(GOLD, SILVER)], [policies(GOLD, SILVER)]];
    expect(judge(levels, { initialPolicySet: [SILVER, TIN] })).toEqual([SILVER]);
    expect(judge(levels, { initialPolicySet: [TIN] })).toEqual([]);
    expect(judge(levels, { initialPolicySet: [TIN], initialExplicitPolicy: true })).toBe(1);
    expect(judge([[policies(ANY)], [policies(ANY)]], { initialPolicySet: [TIN] })).toEqual([TIN]);
  });
});

describe('requireExplicitPolicy', () => {
  it('counts certificates below it', () => {
    const two = [policies(GOLD), policyConstraints(2)];
    expect(judge([two, []])).toEqual([]);
    expect(judge([two, [policies(GOLD)], []])).toBe(2);
    expect(judge([[policies(GOLD), policyConstraints(0)], []])).toBe(1);
  });

  it('of the target is zero or means nothing', () => {
    expect(judge([[], [policyConstraints(0)]])).toBe(1);
    expect(judge([[], [policyConstraints(1)]])).toEqual([]);
  });

  it('is never raised by a certificate below', () => {
    expect(judge([[policies(GOLD), policyConstraints(0)], [policies(GOLD), policyConstraints(9)], []])).toBe(2);
  });
});

describe('inhibitAnyPolicy', () => {
  it('takes anyPolicy its meaning after so many certificates', () => {
    expect(judge([[policies(GOLD), inhibitAnyPolicy(0)], [policies(ANY)]])).toEqual([]);
    expect(judge([[policies(GOLD), inhibitAnyPolicy(1)], [policies(ANY)]])).toEqual([GOLD]);
    expect(judge([[policies(GOLD), inhibitAnyPolicy(1)], [policies(ANY)], [policies(ANY)]])).toEqual([]);
  });

  it('holds from the start by setting', () => {
    expect(judge([[policies(ANY)], [policies(GOLD)]], { initialAnyPolicyInhibit: true })).toEqual([]);
    expect(judge([[policies(GOLD)], [policies(GOLD)]], { initialAnyPolicyInhibit: true })).toEqual([GOLD]);
  });
});

describe('policy mapping', () => {
  const mapped = [[policies(GOLD), mappings([GOLD, SILVER])], [policies(SILVER)]];

  it('lets a policy below stand for one above, and the result is in the domain of the anchor', () => {
    expect(judge(mapped)).toEqual([GOLD]);
    expect(judge(mapped, { initialPolicySet: [GOLD], initialExplicitPolicy: true })).toEqual([GOLD]);
    expect(judge(mapped, { initialPolicySet: [SILVER], initialExplicitPolicy: true })).toBe(1);
  });

  it('takes the place of the policy that is mapped', () => {
    expect(judge([[policies(GOLD), mappings([GOLD, SILVER])], [policies(GOLD)]])).toEqual([]);
  });

  it('goes to several policies and from several', () => {
    expect(judge([[policies(GOLD), mappings([GOLD, SILVER], [GOLD, TIN])], [policies(TIN)]])).toEqual([GOLD]);
    expect(judge([[policies(GOLD, SILVER), mappings([GOLD, TIN], [SILVER, TIN])], [policies(TIN)]])).toEqual([
      GOLD,
      SILVER,
    ]);
    expect(
      judge([[policies(GOLD, SILVER), mappings([GOLD, TIN], [SILVER, TIN])], [policies(TIN)]], {
        initialPolicySet: [SILVER],
      }),
    ).toEqual([SILVER]);
  });

  it('applies under anyPolicy as well', () => {
    // §6.1.3(d)(1): the node that expects it is the parent, and anyPolicy only where there is none.
    expect(judge([[policies(ANY), mappings([GOLD, SILVER])], [policies(SILVER)]])).toEqual([GOLD]);
    expect(
      judge([[policies(ANY), mappings([GOLD, SILVER])], [policies(SILVER)]], { initialPolicySet: [GOLD] }),
    ).toEqual([GOLD]);
  });

  it('is chained', () => {
    const levels = [
      [policies(GOLD), mappings([GOLD, SILVER])],
      [policies(SILVER), mappings([SILVER, TIN])],
      [policies(TIN)],
    ];
    expect(judge(levels)).toEqual([GOLD]);
  });

  it('never has anyPolicy in it', () => {
    expect(judge([[policies(ANY), mappings([ANY, GOLD])], [policies(GOLD)]])).toBe(0);
    expect(judge([[policies(GOLD), mappings([GOLD, ANY])], [policies(GOLD)]])).toBe(0);
  });

  it('is inhibited by setting and by policyConstraints, and the policy with it', () => {
    expect(judge(mapped, { initialPolicyMappingInhibit: true })).toEqual([]);
    expect(
      judge([[policies(GOLD), mappings([GOLD, SILVER])], [policies(GOLD)]], { initialPolicyMappingInhibit: true }),
    ).toEqual([]);
    expect(judge([[policies(GOLD), policyConstraints(undefined, 0)], ...mapped])).toEqual([]);
    expect(judge([[policies(GOLD), policyConstraints(undefined, 1)], ...mapped])).toEqual([GOLD]);
  });

  // A tree of RFC 5280 has 60 times as many nodes at each level and comes to no end.
  it('of hundreds of policies at every level costs no more than its size', () => {
    const many = Array.from({ length: 60 }, (_, i) => `1.2.4.${i}`);
    const all = many.flatMap((from) => many.map((to) => [from, to] as const)).slice(0, 1000);
    const level = [policies(...many), mappings(...all)];
    expect(judge([level, level, level, level, level, [policies(LEAD)]])).toEqual([]);
  });
});
