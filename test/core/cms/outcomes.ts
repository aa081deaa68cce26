import type { SignedData } from '../../../src/core/cms/signed-data.ts';
import { decodeCms } from '../../../src/core/cms/signed-data.ts';
import { findSignerCertificate } from '../../../src/core/cms/signer-certificate.ts';
import type { SignerInfo } from '../../../src/core/cms/signer-info.ts';
import { REQUIRED_CMS_CHECKS, verifySignerInfo } from '../../../src/core/cms/verify-signer-info.ts';
import type { CheckResult } from '../../../src/core/verdict/check.ts';
import { conclude } from '../../../src/core/verdict/conclude.ts';
import { nodeCrypto } from '../../../src/platform/crypto.ts';

export interface Judged {
  readonly signedData: SignedData;
  readonly signerInfo: SignerInfo;
  readonly checks: readonly CheckResult[];
  /** All required checks passed and none failed. */
  readonly sound: boolean;
}

/** Every SignerInfo of a container, judged with the certificate that it names. */
export function judge(der: Uint8Array, detachedContent?: Uint8Array, legacyAlgorithms = false): readonly Judged[] {
  const signedData = decodeCms(der);
  return signedData.signerInfos.map((signerInfo) => {
    const certificate = findSignerCertificate(signedData, signerInfo);
    const input = { signedData, signerInfo, detachedContent, crypto: nodeCrypto, legacyAlgorithms };
    const checks = certificate === undefined ? [] : verifySignerInfo({ ...input, certificate });
    const sound = conclude(checks, REQUIRED_CMS_CHECKS).indication === 'TOTAL-PASSED';
    return { signedData, signerInfo, checks, sound };
  });
}

/** `name outcome` or `name SUB_INDICATION` of what did not pass and was asked for: the whole of what a test compares. */
export function departures(checks: readonly CheckResult[]): readonly string[] {
  return checks
    .filter(({ outcome }) => outcome === 'failed' || outcome === 'reported')
    .map(({ check, outcome, subIndication }) => `${check} ${subIndication ?? outcome}`);
}

export function outcomeOf(checks: readonly CheckResult[], name: string): string | undefined {
  return checks.find(({ check }) => check === name)?.outcome;
}
