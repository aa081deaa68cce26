import type { PolicyMapping } from '../extensions.ts';

export const ANY_POLICY = '2.5.29.32.0';

interface PolicyNode {
  readonly validPolicy: string;
  readonly parents: readonly PolicyNode[];
  expectedPolicySet: readonly string[];
}

type Level = Map<string, PolicyNode>;

/**
 * The valid_policy_graph of RFC 9618 §3, which gives the results of RFC 5280's valid_policy_tree without its exponential
 * growth: at each depth one node for each policy, with all its parents. Nodes without children are never looked at again,
 * so they need no pruning; the graph is NULL when its last depth is empty.
 */
export class PolicyGraph {
  private above: Level = new Map();
  private level: Level = new Map().set(ANY_POLICY, node(ANY_POLICY, []));

  get isNull(): boolean {
    return this.level.size === 0;
  }

  /** §6.1.3(d): one depth more, by the certificatePolicies of certificate i. */
  descend(policies: readonly string[], anyPolicyCounts: boolean): void {
    const expecting = this.expecting();
    const anyPolicyNode = this.level.get(ANY_POLICY);
    const next: Level = new Map();
    for (const policy of policies) {
      if (policy === ANY_POLICY) continue;
      const parents = expecting.get(policy) ?? (anyPolicyNode === undefined ? [] : [anyPolicyNode]);
      if (parents.length > 0) next.set(policy, node(policy, parents));
    }
    if (anyPolicyCounts && policies.includes(ANY_POLICY)) {
      for (const [policy, parents] of expecting) if (!next.has(policy)) next.set(policy, node(policy, parents));
    }
    this.above = this.level;
    this.level = next;
  }

  /** §6.1.3(e): certificate i has no policies. */
  clear(): void {
    this.above = new Map();
    this.level = new Map();
  }

  /** §6.1.4(b): `allowed` is policy_mapping > 0. */
  map(mappings: readonly PolicyMapping[], allowed: boolean): void {
    const bySource = new Map<string, string[]>();
    for (const { issuerDomainPolicy, subjectDomainPolicy } of mappings) {
      const targets = bySource.get(issuerDomainPolicy) ?? [];
      bySource.set(issuerDomainPolicy, targets);
      targets.push(subjectDomainPolicy);
    }
    for (const [policy, targets] of bySource) {
      if (!allowed) {
        this.level.delete(policy);
        continue;
      }
      const expectedPolicySet = [...new Set(targets)];
      const mapped = this.level.get(policy);
      const anyAbove = this.above.get(ANY_POLICY);
      if (mapped !== undefined) mapped.expectedPolicySet = expectedPolicySet;
      else if (this.level.has(ANY_POLICY) && anyAbove !== undefined) {
        this.level.set(policy, { validPolicy: policy, parents: [anyAbove], expectedPolicySet });
      }
    }
  }

  /**
   * §6.1.5(g) with §6.1.6: the policies of the anchor's domain that the path is valid under, intersected with the user's;
   * anyPolicy stands for all.
   */
  intersect(initialPolicySet: readonly string[]): readonly string[] {
    const authorityConstrained = this.authorityConstrained();
    if (initialPolicySet.includes(ANY_POLICY)) return [...authorityConstrained];
    if (authorityConstrained.has(ANY_POLICY)) return [...new Set(initialPolicySet)];
    return [...authorityConstrained].filter((policy) => initialPolicySet.includes(policy));
  }

  /** Policies of the nodes right below an anyPolicy node from which the last depth can be reached. */
  private authorityConstrained(): ReadonlySet<string> {
    const found = new Set<string>();
    const seen = new Set<PolicyNode>();
    const pending = [...this.level.values()];
    for (let current = pending.pop(); current !== undefined; current = pending.pop()) {
      if (seen.has(current)) continue;
      seen.add(current);
      const underAny = current.parents.some((parent) => parent.validPolicy === ANY_POLICY);
      if (current.validPolicy === ANY_POLICY) found.add(ANY_POLICY);
      else if (underAny) found.add(current.validPolicy);
      else pending.push(...current.parents);
    }
    return found;
  }

  /** The nodes of the last depth by each policy that they expect. */
  private expecting(): ReadonlyMap<string, readonly PolicyNode[]> {
    const expecting = new Map<string, PolicyNode[]>();
    for (const current of this.level.values()) {
      for (const policy of current.expectedPolicySet) {
        const nodes = expecting.get(policy) ?? [];
        expecting.set(policy, nodes);
        nodes.push(current);
      }
    }
    return expecting;
  }
}

function node(validPolicy: string, parents: readonly PolicyNode[]): PolicyNode {
  return { validPolicy, parents, expectedPolicySet: [validPolicy] };
}
