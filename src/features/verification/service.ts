import type { GatheredRevocation } from '../../gateway/jlis/gather-revocation.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import { newId } from '../../platform/ids.ts';
import type { Log } from '../../platform/log.ts';
import type { Metrics } from '../../platform/metrics.ts';
import { withSpan } from '../../platform/telemetry/current-work.ts';
import type { HashGeneration, Vault } from '../../platform/vault/vault.ts';
import { lineOf } from '../audit/service.ts';
import { idempotencyFacts, openAnswer } from '../idempotency.ts';
import type { RequestOptions } from '../request-options.ts';
import { problem, type ServiceResult } from '../service-result.ts';
import type { Caller } from '../tenants/caller.ts';
import { refuseUnsupported } from './decode-request.ts';
import { gatherBeforehand } from './gather.ts';
import { type JudgeDependencies, judgeRequest } from './judge-request.ts';
import { createPublicDocuments } from './public-documents.ts';
import { listVerifications, readVerification } from './read.ts';
import { recordJudged } from './record.ts';
import { buildResponse, withIds } from './response.ts';
import { describeRules } from './rules.ts';
import { createVerificationStore } from './store.ts';
import type { VerificationFilters, VerificationPage, VerificationResponse, VerifyRequest } from './wire.ts';

export { type EvidenceOnFile, loadEvidence } from './evidence-on-file.ts';

export interface VerificationServiceDependencies extends JudgeDependencies {
  readonly database: Database;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'countVerification'>;
  /** CA keys (SHA-256 of the SPKI, hexadecimal) whose CRLs cover every certificate of the key. */
  readonly undividedCaKeys: readonly string[];
}

export interface VerificationService {
  verify(caller: Caller, request: VerifyRequest, options: RequestOptions): Promise<ServiceResult<VerificationResponse>>;
  read(caller: Caller, verificationId: string, requestId: string): Promise<ServiceResult<VerificationResponse>>;
  list(caller: Caller, filters: VerificationFilters, requestId: string): Promise<ServiceResult<VerificationPage>>;
}

const OPERATION = 'verifications.verify';

/** Gather, judge, record. */
export function createVerificationService(dependencies: VerificationServiceDependencies): VerificationService {
  const { database, vault, clock, log, metrics } = dependencies;
  const store = createVerificationStore(database);
  const documents = createPublicDocuments(database);
  const rules = describeRules(dependencies);

  /** What the judgement rests on and others rest on too is kept once; gives the number of the rules. */
  async function keepDocuments(findings: GatheredRevocation | null): Promise<number> {
    await documents.keep(rules.octets, ...dependencies.anchors.certificates.map(({ der }) => der));
    if (findings?.evidence?.method === 'crl') await documents.keep(findings.evidence.der);
    if (findings?.supportingCrls !== undefined) await documents.keep(...findings.supportingCrls);
    return documents.versionOf(rules.octets);
  }

  return {
    async verify(caller, request, options) {
      const unsupported = refuseUnsupported(request);
      if (unsupported !== undefined) return unsupported;
      const at = clock.now();
      const sealed = await vault.open(caller.tenantId);
      const keyUnder = (hashes: HashGeneration) => idempotencyFacts(hashes, caller, OPERATION, options, at);
      const key = keyUnder(vault.hashes.now());
      const before = await withSpan('verification.prepare', {}, () =>
        gatherBeforehand(store, sealed, caller, request.challengeId, key, at),
      );
      if (before.state === 'key-reused') return problem('idempotency-key-reused');
      const replayed = async (value: VerificationResponse) => {
        const occasion = { at, requestId: options.requestId };
        await store.recordAct(lineOf(caller, occasion, 'verification.perform', value.verificationId, 'replayed'));
        return { ok: true, value, replayed: true } as const;
      };
      if (before.state === 'answered') return replayed(withIds(before.answer, before.ids));

      const judgement = await judgeRequest(dependencies, caller, request, before.challenge, at);
      if (!judgement.ok) return judgement;
      const rulesVersion = await keepDocuments(judgement.findings);
      const { requestId } = options;
      const verificationId = newId('ver', at);
      const judged = {
        ...{ caller, request, requestId, verificationId, at, keyUnder },
        ...judgement,
        ...{ rulesSha256: rules.sha256, rulesVersion },
      };
      const recorded = await withSpan('verification.record', {}, async (add) => {
        const done = await recordJudged(store, vault, sealed, judged);
        add({ outcome: done.row.outcome });
        return done;
      });
      const { row } = recorded;
      if (row.outcome === 'key-reused') return problem('idempotency-key-reused');
      if (row.outcome !== 'recorded') {
        if (key === null || row.answer === null || row.answer_ids === null) throw new Error('nothing was recorded');
        const first = { keyHash: row.key_hash, answer: row.answer };
        const answer = openAnswer<VerificationResponse>(sealed, caller, key, first);
        return replayed(withIds(answer, row.answer_ids));
      }
      if (recorded.conflict) log.warn('certificate.identity-conflict', { verificationId, tenantId: caller.tenantId });
      metrics.countVerification(recorded.report.indication, recorded.report.subIndication);
      return {
        ok: true,
        value: buildResponse({
          verificationId,
          purpose: request.purpose,
          reference: request.reference ?? null,
          report: recorded.report,
          attributes: recorded.attributes,
          ids: { certificateId: row.certificate_id, subjectId: row.subject_id, subjectIsNew: row.subject_is_new },
          role: caller.tenantRole,
        }),
      };
    },

    read: (caller, verificationId, requestId) =>
      readVerification(store, vault, caller, verificationId, { at: clock.now(), requestId }),
    list: (caller, filters, requestId) =>
      listVerifications(store, vault, caller, filters, { at: clock.now(), requestId }),
  };
}
