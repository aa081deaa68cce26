import { REQUIRED_CMS_CHECKS } from '../cms/verify-signer-info.ts';
import type { CheckResult } from '../verdict/check.ts';
import { SIGNATURE_CHECKS } from './signature-checks.ts';

const REQUIRED_RAW_CHECKS = [SIGNATURE_CHECKS.algorithm.check, SIGNATURE_CHECKS.value.check];

const UNAMBIGUOUS = SIGNATURE_CHECKS.unambiguous.check;
const REQUIRED: Readonly<Record<'raw' | 'cms', readonly string[]>> = {
  raw: [...REQUIRED_RAW_CHECKS, UNAMBIGUOUS],
  cms: [...REQUIRED_CMS_CHECKS, UNAMBIGUOUS],
};

/** Names of the checks by which a signature of that format is proven. */
export function requiredOfFormat(format: 'raw' | 'cms'): readonly string[] {
  return REQUIRED[format];
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
