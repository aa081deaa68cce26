import type { Instant } from '../instant.ts';
import { formatInstant } from '../rfc3339.ts';
import type { CheckResult, SubIndication } from '../verdict/check.ts';
import { selectWeightiest } from '../verdict/indication.ts';
import { type CheckIdentity, failed, notApplicable, passed } from '../verdict/result.ts';
import type { Certificate } from '../x509/certificate.ts';
import type { PathFailure, PathResult, TargetValidity } from '../x509/path/path.ts';

/** A certification path to a trust anchor; fails with the weightiest failure of the candidate that came furthest. */
export const PATH: CheckIdentity = { check: 'rfc5280.path', clause: 'RFC 5280 §6.1' };
/** Of the signer's certificate, at the time of verification: the question is "valid now?". */
export const VALIDITY: CheckIdentity = { check: 'rfc5280.validity', clause: 'RFC 5280 §4.1.2.5' };

/**
 * What each failure of a path leads to. A signature, name or key identifier that does not fit means that no anchor vouches
 * for the certificate: there is no chain. Rules of RFC 5280 about a chain that exists are its general failure; policies
 * are a constraint of ours.
 */
const FAILURES: Readonly<Record<PathFailure['code'], CheckIdentity & { readonly subIndication: SubIndication }>> = {
  signature: {
    check: 'rfc5280.signature',
    clause: 'RFC 5280 §6.1.3(a)(1)',
    subIndication: 'NO_CERTIFICATE_CHAIN_FOUND',
  },
  'name-chaining': {
    check: 'rfc5280.name-chaining',
    clause: 'RFC 5280 §6.1.3(a)(4)',
    subIndication: 'NO_CERTIFICATE_CHAIN_FOUND',
  },
  'key-identifier': {
    check: 'rfc5280.key-identifier',
    clause: 'RFC 5280 §4.2.1.1',
    subIndication: 'NO_CERTIFICATE_CHAIN_FOUND',
  },
  algorithm: {
    check: 'rfc5280.algorithm',
    clause: 'RFC 5280 §6.1.3(a)(1)',
    subIndication: 'CRYPTO_CONSTRAINTS_FAILURE',
  },
  validity: {
    check: 'rfc5280.issuer-validity',
    clause: 'RFC 5280 §6.1.3(a)(2)',
    subIndication: 'CERTIFICATE_CHAIN_GENERAL_FAILURE',
  },
  'basic-constraints': {
    check: 'rfc5280.basic-constraints',
    clause: 'RFC 5280 §6.1.4(k)',
    subIndication: 'CERTIFICATE_CHAIN_GENERAL_FAILURE',
  },
  'path-length': {
    check: 'rfc5280.path-length',
    clause: 'RFC 5280 §6.1.4(l)',
    subIndication: 'CERTIFICATE_CHAIN_GENERAL_FAILURE',
  },
  'key-usage': {
    check: 'rfc5280.key-usage',
    clause: 'RFC 5280 §6.1.4(n)',
    subIndication: 'CERTIFICATE_CHAIN_GENERAL_FAILURE',
  },
  policy: { check: 'rfc5280.policy', clause: 'RFC 5280 §6.1.5(g)', subIndication: 'CHAIN_CONSTRAINTS_FAILURE' },
  'name-constraints': {
    check: 'rfc5280.name-constraints',
    clause: 'RFC 5280 §6.1.3(b)',
    subIndication: 'CERTIFICATE_CHAIN_GENERAL_FAILURE',
  },
  'unknown-critical-extension': {
    check: 'rfc5280.critical-extensions',
    clause: 'RFC 5280 §6.1.5(f)',
    subIndication: 'CERTIFICATE_CHAIN_GENERAL_FAILURE',
  },
  version: {
    check: 'rfc5280.version',
    clause: 'RFC 5280 §4.1.2.1',
    subIndication: 'CERTIFICATE_CHAIN_GENERAL_FAILURE',
  },
  'path-limit': {
    check: 'rfc5280.path-limit',
    clause: 'RFC 5280 §6.1',
    subIndication: 'CERTIFICATE_CHAIN_GENERAL_FAILURE',
  },
};

interface Row {
  readonly code: PathFailure['code'];
  readonly identity: CheckIdentity;
  readonly subIndication: SubIndication;
}

const ROWS: readonly Row[] = Object.entries(FAILURES).map(([code, { subIndication, ...identity }]) => ({
  code: code as Row['code'],
  identity,
  subIndication,
}));
/** Every rule of §6.1 holds for a validated path. */
const ALL_PASSED = ROWS.map(({ identity }) => passed(identity));

/** `signedAfter`: an instant that the signature is proven to be later than, or null. */
export function pathChecks(
  result: PathResult,
  target: Pick<Certificate, 'notAfter'>,
  signedAfter: Instant | null,
): readonly CheckResult[] {
  const { path, failures, targetValidity } = result;
  const validity = validityCheck(targetValidity, target.notAfter, signedAfter);
  if (path !== undefined) return [passed(PATH, { certificates: path.certificates.length }), ...ALL_PASSED, validity];
  const rows = ROWS.map(({ code, identity, subIndication }) => {
    const failure = failures.find((one) => one.code === code);
    if (failure === undefined) return notApplicable(identity);
    return failed({ ...identity, clause: failure.clause }, subIndication, { index: failure.index });
  });
  const weightiest = selectWeightiest(failures.map(({ code }) => FAILURES[code].subIndication));
  const missing = failed(PATH, weightiest ?? 'NO_CERTIFICATE_CHAIN_FOUND', { candidates: result.candidatesTried });
  return [missing, ...rows, validity];
}

/**
 * ETSI would leave an expired certificate's signature open for want of a proof of existence; said in the detail unless the
 * challenge shows that it was made after the end.
 */
function validityCheck(
  validity: TargetValidity | undefined,
  notAfter: Instant,
  signedAfter: Instant | null,
): CheckResult {
  if (validity === undefined) return notApplicable(VALIDITY);
  if (validity === 'valid') return passed(VALIDITY);
  if (validity === 'not-yet-valid') return failed(VALIDITY, 'NOT_YET_VALID');
  const madeAfterwards = signedAfter !== null && signedAfter > notAfter;
  const etsi = madeAfterwards ? {} : { etsiSubIndication: 'OUT_OF_BOUNDS_NO_POE' };
  return failed(VALIDITY, 'EXPIRED', { notAfter: formatInstant(notAfter), ...etsi });
}
