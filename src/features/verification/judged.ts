import type { ChallengeFacts } from '../../core/verification/challenge-facts.ts';
import type { SignatureJudgement } from '../../core/verification/judge-signature.ts';
import type { Report } from '../../core/verification/report.ts';
import type { SignedObject } from '../../core/verification/signed-object.ts';
import type { GatheredRevocation } from '../../gateway/jlis/gather-revocation.ts';
import type { HashGeneration } from '../../platform/vault/vault.ts';
import type { IdempotencyFacts } from '../idempotency.ts';
import type { Caller, RevocationMethod } from '../tenants/caller.ts';
import type { VerifyRequest } from './wire.ts';

/** A verification as judged, with all that its record is made of. */
export interface Judged {
  readonly caller: Caller;
  readonly request: VerifyRequest;
  readonly requestId: string;
  readonly verificationId: string;
  /** The instant of verification. */
  readonly at: number;
  /** The Idempotency-Key. */
  readonly keyUnder: (hashes: HashGeneration) => IdempotencyFacts | null;
  readonly signed: SignedObject;
  readonly challenge: ChallengeFacts;
  /** `signature.value` as received. */
  readonly container: Uint8Array;
  readonly method: RevocationMethod;
  readonly first: SignatureJudgement;
  readonly findings: GatheredRevocation | null;
  readonly report: Report;
  /** SHA-256 of the deployment's rules, hexadecimal: see rules.ts. */
  readonly rulesSha256: string;
  readonly rulesVersion: number;
}

/** All its hashes are under the keys of one epoch. */
export interface JudgedUnder extends Judged {
  readonly hashes: HashGeneration;
  readonly key: IdempotencyFacts | null;
}
