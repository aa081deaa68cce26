import type { Certificate } from '../certificate.ts';
import type { PathSettings } from './path.ts';
import { ANY_POLICY, PolicyGraph } from './policy-graph.ts';

/** The policy variables of RFC 5280 §6.1.2 (a), (d), (e), (f) and what certificates do to them. */
export class PolicyState {
  private readonly settings: PathSettings;
  private readonly graph = new PolicyGraph();
  private explicitPolicy: number;
  private inhibitAnyPolicy: number;
  private policyMapping: number;

  constructor(settings: PathSettings, pathLength: number) {
    this.settings = settings;
    this.explicitPolicy = settings.initialExplicitPolicy ? 0 : pathLength + 1;
    this.inhibitAnyPolicy = settings.initialAnyPolicyInhibit ? 0 : pathLength + 1;
    this.policyMapping = settings.initialPolicyMappingInhibit ? 0 : pathLength + 1;
  }

  /** §6.1.3 (d) to (f): false when a policy is required and none is left. */
  descend(certificate: Certificate, selfIssued: boolean, isLast: boolean): boolean {
    const { certificatePolicies } = certificate.extensions;
    if (certificatePolicies === undefined) this.graph.clear();
    else {
      const policies = certificatePolicies.map(({ policyIdentifier }) => policyIdentifier);
      this.graph.descend(policies, this.inhibitAnyPolicy > 0 || (!isLast && selfIssued));
    }
    return this.explicitPolicy > 0 || !this.graph.isNull;
  }

  /** §6.1.4 (a), (b), (h), (i), (j), for every certificate but the last: false when anyPolicy is mapped. */
  prepareNext(certificate: Certificate, selfIssued: boolean): boolean {
    const { policyMappings, policyConstraints, inhibitAnyPolicy } = certificate.extensions;
    const mapsAny = (policyMappings ?? []).some(
      (mapping) => mapping.issuerDomainPolicy === ANY_POLICY || mapping.subjectDomainPolicy === ANY_POLICY,
    );
    if (policyMappings !== undefined && !mapsAny) this.graph.map(policyMappings, this.policyMapping > 0);
    if (!selfIssued) {
      if (this.explicitPolicy > 0) this.explicitPolicy--;
      if (this.policyMapping > 0) this.policyMapping--;
      if (this.inhibitAnyPolicy > 0) this.inhibitAnyPolicy--;
    }
    this.explicitPolicy = Math.min(this.explicitPolicy, policyConstraints?.requireExplicitPolicy ?? Infinity);
    this.policyMapping = Math.min(this.policyMapping, policyConstraints?.inhibitPolicyMapping ?? Infinity);
    this.inhibitAnyPolicy = Math.min(this.inhibitAnyPolicy, inhibitAnyPolicy ?? Infinity);
    return !mapsAny;
  }

  /** §6.1.5 (a), (b), (g), for the last certificate: the user-constrained-policy-set, undefined when that is a failure. */
  wrapUp(certificate: Certificate): readonly string[] | undefined {
    if (this.explicitPolicy > 0) this.explicitPolicy--;
    if (certificate.extensions.policyConstraints?.requireExplicitPolicy === 0) this.explicitPolicy = 0;
    const policies = this.graph.intersect(this.settings.initialPolicySet);
    return this.explicitPolicy > 0 || policies.length > 0 ? policies : undefined;
  }
}
