import type { Fault, FaultKind } from '../core/audit/fault.ts';

type Sentence = (place: { readonly batch: string; readonly line: string; readonly fault: Fault }) => string;

const SENTENCES: Readonly<Record<FaultKind, Sentence>> = {
  'seal-missing': ({ batch, fault }) =>
    fault.lastBatch === fault.batch
      ? `The seal of ${batch} is gone.`
      : `The seals of batches ${fault.batch} to ${fault.lastBatch} are gone.`,
  'seal-altered': ({ batch }) => `The seal of ${batch} was altered: its signature does not fit.`,
  'seal-key-unknown': ({ batch, fault }) =>
    `The seal of ${batch} is signed by key ${fault.keyId}, which is not on file.`,
  'seal-key-out-of-time': ({ batch, fault }) =>
    `The seal of ${batch} is signed by key ${fault.keyId} at a time at which that key was not in use.`,
  'chain-broken': ({ batch }) =>
    `The seal of ${batch} does not follow the one before it: one of the two was exchanged.`,
  'seal-time-reversed': ({ batch }) => `The seal of ${batch} is older than the one before it.`,
  'leaves-altered': ({ batch }) => `The leaf hashes of ${batch} were altered: they do not make the sealed root.`,
  'leaves-missing': ({ batch }) => `The leaf hashes of ${batch} are gone.`,
  'line-altered': ({ line }) => `${line} was altered.`,
  'line-erased': ({ line }) => `${line} was erased.`,
  'line-inserted': ({ line }) => `${line} was inserted: nothing was sealed at its place.`,
  'line-reordered': ({ line }) => `${line} stands at the place of another line of its batch.`,
  'pruning-unproven': ({ fault }) =>
    `Lines were taken away under the pruning ${fault.lineId}, which the trail does not tell of, or not so.`,
  'key-forged': ({ fault }) => `The vault of this deployment did not make key ${fault.keyId}.`,
  'seal-differs': ({ batch }) =>
    `The seal of ${batch} is not the one that is held outside: the database went on from an older state.`,
  'rolled-back': ({ batch }) => `The seal of ${batch}, held outside, is not in the database: it was rolled back.`,
  'timestamp-missing': ({ fault }) =>
    fault.timestamp === undefined
      ? `The timestamp with the token ${fault.token}, which a line of the trail tells of, is gone.`
      : `Timestamp ${fault.timestamp} of the seals is gone.`,
  'timestamp-altered': ({ fault }) =>
    `Timestamp ${fault.timestamp} of the seals was altered: its token is not over these seals and the timestamps before it.`,
  'timestamp-differs': ({ fault }) => `Timestamp ${fault.timestamp} of the seals is not the one that is held outside.`,
  'timestamp-untrusted': ({ fault }) =>
    `Timestamp ${fault.timestamp} of the seals was made by no authority that --trust vouches for.`,
};

/** What is broken and where, for an operator. */
export function faultSentence(fault: Fault): string {
  const batch = `batch ${fault.batch}`;
  const id = fault.lineId === undefined ? '' : ` (${fault.lineId})`;
  return SENTENCES[fault.fault]({ batch, line: `Line ${fault.position} of ${batch}${id}`, fault });
}
