import type { CryptoPrimitives } from '../../core/crypto.ts';
import type { PolicyTable } from '../../core/jpki/policy-table.ts';
import type { TrustAnchors } from '../../core/jpki/trust-anchors.ts';
import type { ChallengeFacts } from '../../core/verification/challenge-facts.ts';
import { judgeConclusion } from '../../core/verification/judge-conclusion.ts';
import { judgeSignature, type SignatureJudgement } from '../../core/verification/judge-signature.ts';
import type { GatheredRevocation, RevocationGateway } from '../../gateway/jlis/gather-revocation.ts';
import { withSpan } from '../../platform/telemetry/current-work.ts';
import type { Problem } from '../service-result.ts';
import type { Caller, RevocationMethod } from '../tenants/caller.ts';
import { decodeRequest } from './decode-request.ts';
import type { Judged } from './judged.ts';
import type { VerifyRequest } from './wire.ts';

export interface JudgeDependencies {
  readonly gateway: RevocationGateway;
  readonly anchors: TrustAnchors;
  readonly policies: PolicyTable;
  readonly crypto: CryptoPrimitives;
  readonly clockSkewSeconds: number;
}

export type Judgement = Pick<Judged, 'signed' | 'container' | 'challenge' | 'method' | 'first' | 'findings' | 'report'>;

/**
 * Judges in two steps, between which the gateway is asked: only about what holds so far, so that no stranger's forged
 * certificate makes us ask about a victim's serial number. A Problem for a request that makes no sense.
 */
export async function judgeRequest(
  dependencies: JudgeDependencies,
  caller: Caller,
  request: VerifyRequest,
  challenge: ChallengeFacts,
  at: number,
): Promise<(Judgement & { readonly ok: true }) | Problem> {
  const decoded = decodeRequest(request, challenge.state === 'known' ? challenge.content : undefined);
  if (!decoded.ok) return decoded;
  const { signed, container } = decoded;
  const { anchors, policies, crypto } = dependencies;
  const { purpose } = request;
  const acceptance = caller.policy;
  const first = withSpan('verification.judge', {}, () =>
    judgeSignature({ signed, purpose, challenge, acceptance, anchors, policies, at, crypto }),
  );
  const method = request.revocation?.method ?? caller.policy.revocationMethod;
  const findings = await askGateway(dependencies, caller, first, method);
  const report = withSpan('verification.conclude', {}, (add) => {
    const concluded = judgeConclusion({ first, findings });
    add({ indication: concluded.indication, subIndication: concluded.subIndication });
    return concluded;
  });
  return { ok: true, signed, container, challenge, method, first, findings, report };
}

async function askGateway(
  { gateway, clockSkewSeconds }: JudgeDependencies,
  caller: Caller,
  first: SignatureJudgement,
  method: RevocationMethod,
): Promise<GatheredRevocation | null> {
  const { path, profile, holds, at } = first;
  if (!holds || path === undefined || profile.policy === undefined) return null;
  const { ocspMaxAgeSeconds, crlMaxAgeSeconds } = caller.policy;
  const { kind } = profile.policy;
  const ages = { ocspMaxAgeSeconds, crlMaxAgeSeconds, clockSkewSeconds };
  return withSpan('verification.gather', { kind, revocationMethod: method }, async (add) => {
    const findings = await gateway.gatherRevocation({ method, path, kind, at, ...ages });
    add({ revocationStatus: findings.status });
    return findings;
  });
}
