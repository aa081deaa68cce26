import { REQUIRED_CMS_CHECKS } from '../cms/verify-signer-info.ts';
import type { CheckResult } from '../verdict/check.ts';
import { SIGNATURE_CHECKS } from './signature-checks.ts';

const REQUIRED_RAW_CHECKS: readonly string[] = [SIGNATURE_CHECKS.algorithm.check, SIGNATURE_CHECKS.value.check];

/** Names of the checks by which a signature of that format is proven. */
export function requiredOfFormat(format: 'raw' | 'cms'): readonly string[] {
  return [...(format === 'cms' ? REQUIRED_CMS_CHECKS : REQUIRED_RAW_CHECKS), SIGNATURE_CHECKS.unambiguous.check];
}

/**
 * The signature is by the key of the signer's certificate over the content shown, whatever else is said of either: all
 * that proves a signature of its format passed, and no check of signature, container or content failed.
 */
export function isSound(checks: readonly CheckResult[]): boolean {
  const ofSignature = checks.filter(({ check }) => /^(signature|cms|content)\./.test(check));
  const format = ofSignature.some(({ check }) => check.startsWith('cms.')) ? 'cms' : 'raw';
  const proven = requiredOfFormat(format).every((name) =>
    ofSignature.some(({ check, outcome }) => check === name && outcome === 'passed'),
  );
  return proven && ofSignature.every(({ outcome }) => outcome !== 'failed');
}
