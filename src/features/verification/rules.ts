import type { RulesInForce } from '../../core/evidence/settings-in-force.ts';
import type { PolicyTable } from '../../core/jpki/policy-table.ts';
import type { TrustAnchors } from '../../core/jpki/trust-anchors.ts';
import { sha256OfHeld } from './certificate-on-file.ts';

/** The deployment's rules as a document that is kept once: JSON, RulesInForce. */
export function describeRules(parts: {
  readonly anchors: TrustAnchors;
  readonly policies: PolicyTable;
  readonly clockSkewSeconds: number;
  readonly undividedCaKeys: readonly string[];
}): { readonly octets: Uint8Array; readonly sha256: string } {
  const { anchors, policies, clockSkewSeconds, undividedCaKeys } = parts;
  const rules: RulesInForce = {
    version: 1,
    trustAnchors: anchors.certificates.map(({ der }) => sha256OfHeld(der).toString('hex')),
    certificatePolicies: [...policies.values()],
    clockSkewSeconds,
    undividedCaKeys: undividedCaKeys.map((key) => key.toLowerCase()),
  };
  const octets = Buffer.from(JSON.stringify(rules));
  return { octets, sha256: sha256OfHeld(octets).toString('hex') };
}
