import { decodeCms, type SignedData } from '../../core/cms/signed-data.ts';
import { identifies } from '../../core/cms/signer-certificate.ts';
import type { SignerInfo } from '../../core/cms/signer-info.ts';
import { verifyReferencedPath } from '../../core/cms/signing-certificate-checks.ts';
import { REQUIRED_CMS_CHECKS, verifySignerInfo } from '../../core/cms/verify-signer-info.ts';
import type { Crl } from '../../core/revocation/crl.ts';
import type { RevocationFindings } from '../../core/revocation/status.ts';
import { validatePathWithCrls } from '../../core/revocation/validate-path-with-crls.ts';
import type { CheckResult } from '../../core/verdict/check.ts';
import { conclude, concludeSeveral } from '../../core/verdict/conclude.ts';
import { failed, notApplicable, passed } from '../../core/verdict/result.ts';
import { PATH, pathChecks, VALIDITY } from '../../core/verification/path-checks.ts';
import { REVOCATION, validateRevocation } from '../../core/verification/revocation-check.ts';
import { validateTargetProfile } from '../../core/verification/target-profile.ts';
import type { Certificate } from '../../core/x509/certificate.ts';
import type { PathSettings } from '../../core/x509/path/path.ts';
import { nodeCrypto } from '../../platform/crypto.ts';
import { CaseEvidence, CRL_FRESHNESS, decoded, PATH_SETTINGS, readPathSettings } from './case-evidence.ts';
import { CaseFields, COMMON } from './case-fields.ts';
import { type Verdict, verdictOf } from './verdict.ts';

const SIGNER = { check: 'cms.signer-certificate', clause: 'RFC 5652 §5.3' };
const KEY_USAGE = { check: 'cms.signer-key-usage', clause: 'RFC 5280 §4.2.1.3' };

interface CmsCase {
  readonly signedData: SignedData;
  readonly detachedContent: Uint8Array | undefined;
  /** Undefined: whose keys they are is not asked. */
  readonly anchors: readonly Certificate[] | undefined;
  readonly untrusted: readonly Certificate[];
  readonly crls: readonly Crl[];
  readonly revocation: 'none' | 'leaf' | 'all';
  readonly settings: PathSettings;
  readonly at: number;
}

interface SignerJudgement {
  readonly checks: readonly CheckResult[];
  readonly required: readonly string[];
  readonly status?: RevocationFindings['status'];
}

/** Every signature of a container; with anchors the paths of the signers too, and their status where there are lists. */
export function judgeCmsCase(value: unknown): Verdict {
  const fields = new CaseFields(value, [...COMMON, 'message', 'content', 'anchors', 'untrusted', 'crls']);
  const settings = fields.settings(PATH_SETTINGS);
  const at = fields.instant('at');
  const revocation = settings.choice('revocation', ['none', 'leaf', 'all'], fields.has('crls') ? 'all' : 'none');
  const pathSettings = readPathSettings(settings);
  const evidence = new CaseEvidence(fields);
  const message = evidence.der('message', 'cms');
  const signedData = decoded('message', () => decodeCms(message));
  const one: CmsCase = {
    signedData,
    detachedContent: fields.has('content') ? evidence.octets('content') : undefined,
    anchors: fields.has('anchors') ? evidence.anchors() : undefined,
    untrusted: [...signedData.certificates, ...evidence.untrusted()],
    crls: evidence.crls(),
    revocation,
    settings: pathSettings,
    at,
  };
  const judged = signedData.signerInfos.map((signerInfo) => judgeSigner(one, signerInfo));
  const conclusion = concludeSeveral(judged.map(({ checks, required }) => conclude(checks, required)));
  const statuses = judged.flatMap(({ status }) => status ?? []);
  const status = statuses.find((each) => each !== 'good') ?? statuses[0];
  return verdictOf(
    conclusion,
    judged.flatMap(({ checks }) => checks),
    status,
  );
}

/** Certificates that one sid may name; a key identifier is whatever a stranger writes into his. */
const MAX_CANDIDATES = 4;

/** By the certificate that the sid names; of several the one that verifies the signature. */
function judgeSigner(one: CmsCase, signerInfo: SignerInfo): SignerJudgement {
  const candidates = one.untrusted.filter((candidate) => identifies(signerInfo.sid, candidate));
  const judged = candidates.slice(0, MAX_CANDIDATES).map((candidate) => judgeWith(one, signerInfo, candidate));
  const verified = judged.find(({ checks }) =>
    checks.some(({ check, outcome }) => check === 'cms.signature' && outcome === 'passed'),
  );
  const missing = { checks: [failed(SIGNER, 'NO_SIGNING_CERTIFICATE_FOUND')], required: [SIGNER.check] };
  return verified ?? judged[0] ?? missing;
}

function judgeWith(one: CmsCase, signerInfo: SignerInfo, certificate: Certificate): SignerJudgement {
  const required = [SIGNER.check, ...REQUIRED_CMS_CHECKS];
  const { signedData, detachedContent, settings } = one;
  const { legacyAlgorithms } = settings;
  const signature = verifySignerInfo({
    ...{ signedData, signerInfo, certificate, detachedContent, legacyAlgorithms },
    crypto: nodeCrypto,
  });
  const checks = [passed(SIGNER), ...signature];
  if (one.anchors === undefined) return { checks, required };
  const path = judgeSignerPath(one, one.anchors, signerInfo, certificate);
  return { ...path, checks: [...checks, ...path.checks], required: [...required, ...path.required] };
}

function judgeSignerPath(
  { untrusted, crls, revocation, settings, at }: CmsCase,
  anchors: readonly Certificate[],
  signerInfo: SignerInfo,
  target: Certificate,
): SignerJudgement {
  const { result, findings } = validatePathWithCrls({
    ...{ target, anchors, untrusted, crls, at, settings, revocation },
    freshness: CRL_FRESHNESS,
    crypto: nodeCrypto,
  });
  const checks = [
    ...pathChecks(result, target, null),
    ...validateTargetProfile(target, settings),
    verifyReferencedPath(signerInfo, result.path?.certificates ?? [target], nodeCrypto),
    keyUsageCheck(target),
    ...(findings === null ? [] : [validateRevocation(findings, null)]),
  ];
  const required = [PATH.check, VALIDITY.check, ...(revocation === 'none' ? [] : [REVOCATION.check])];
  return { checks, required, ...(findings === null ? {} : { status: findings.status }) };
}

/** Signatures over other than certificates and CRLs. */
function keyUsageCheck({ extensions }: Certificate): CheckResult {
  const { keyUsage } = extensions;
  if (keyUsage === undefined) return notApplicable(KEY_USAGE);
  return keyUsage.has('digitalSignature') || keyUsage.has('nonRepudiation')
    ? passed(KEY_USAGE)
    : failed(KEY_USAGE, 'CHAIN_CONSTRAINTS_FAILURE');
}
