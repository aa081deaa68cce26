import { equalBytes } from '../../bytes.ts';
import type { Certificate } from '../certificate.ts';
import { type IssuerCandidate, MISNAMED, OTHER_KEY, selectIssuerCandidates } from './issuer-candidates.ts';
import type { SignatureLedger } from './signature-ledger.ts';

/** Certificates below the anchor. Cross-certified hierarchies of states need five or six. */
export const MAX_PATH_LENGTH = 10;
/** Whole candidate paths that are judged for one target. */
const MAX_CANDIDATE_PATHS = 32;
/** Certificates whose issuers are looked for, counted each time that a way leads over them, dead ends included. */
const MAX_STEPS = 128;

/** A chain from an anchor to the target, not yet validated. `certificates`: from below the anchor to the target. */
export interface CandidatePath {
  readonly anchor: Certificate;
  readonly certificates: readonly Certificate[];
}

export interface SearchResult {
  readonly tried: number;
  /** A bound stopped the search, so that a path may have been missed. */
  readonly limited: boolean;
}

/**
 * Walks upward from the target, depth first, best candidates first, and shows `accept` every chain that reaches an anchor
 * until it says yes. An issuer whose key verifies the signature is followed at once; one whose key does not, only where
 * there is no other, so that the failure can be reported.
 */
export function searchPaths(
  target: Certificate,
  anchors: readonly Certificate[],
  untrusted: readonly Certificate[],
  ledger: SignatureLedger,
  accept: (path: CandidatePath) => boolean,
): SearchResult {
  let tried = 0;
  let steps = 0;
  let limited = false;

  /** `chain`: from the target upward. True when a path was accepted. */
  const climb = (chain: readonly Certificate[]): boolean => {
    if (steps === MAX_STEPS) {
      limited = true;
      return false;
    }
    steps++;
    const current = chain[chain.length - 1] as Certificate;
    const candidates = selectIssuerCandidates(current, anchors, untrusted).filter(
      ({ certificate }) => !chain.some((below) => isSameEntity(below, certificate)),
    );
    const doubtful: IssuerCandidate[] = [];
    let followed = false;
    for (const candidate of candidates) {
      const validity = ledger.verify(current, candidate.certificate);
      if (validity === undefined) {
        limited = true;
        return false;
      }
      if (validity === 'valid' && candidate.fit !== MISNAMED) {
        followed = true;
        if (follow(chain, candidate)) return true;
      } else if (candidate.fit !== OTHER_KEY || doubtful.length === 0) doubtful.push(candidate);
    }
    return !followed && doubtful.some((candidate) => follow(chain, candidate));
  };

  const follow = (chain: readonly Certificate[], candidate: IssuerCandidate): boolean => {
    if (tried === MAX_CANDIDATE_PATHS) {
      limited = true;
      return false;
    }
    if (candidate.isAnchor) {
      tried++;
      return accept({ anchor: candidate.certificate, certificates: chain.toReversed() });
    }
    if (chain.length === MAX_PATH_LENGTH) {
      limited = true;
      return false;
    }
    return climb([...chain, candidate.certificate]);
  };

  climb([target]);
  return { tried, limited };
}

/** The same name with the same key twice leads in a circle (RFC 4158 §2.4.2). */
export function isSameEntity(a: Certificate, b: Certificate): boolean {
  return (
    a === b ||
    (equalBytes(a.subject.der, b.subject.der) && equalBytes(a.subjectPublicKeyInfo.der, b.subjectPublicKeyInfo.der))
  );
}
