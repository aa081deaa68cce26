import { selectContent } from '../cms/content-checks.ts';
import { verifySignerInfo } from '../cms/verify-signer-info.ts';
import type { CryptoPrimitives } from '../crypto.ts';
import type { CheckResult } from '../verdict/check.ts';
import { notApplicable, passed } from '../verdict/result.ts';
import { SIGNATURE_CHECKS } from './signature-checks.ts';
import type { CmsSignedObject, SignedMatter } from './signed-object.ts';

/** What a CMS signature is over: the attached content, or the one handed in beside it. */
export function cmsMatter({ signedData, detachedContent }: CmsSignedObject): SignedMatter | undefined {
  const content = selectContent(signedData, detachedContent);
  return content === undefined ? undefined : { content };
}

/**
 * `contentAwaited`: the content would have been that of a challenge which nobody knows; its absence is then the challenge's
 * failure and no fault of the container. Signed attributes hold the content's type and digest, so nothing is ambiguous.
 */
export function validateCmsSignature(
  signed: CmsSignedObject,
  contentAwaited: boolean,
  crypto: CryptoPrimitives,
): readonly CheckResult[] {
  const excused = contentAwaited && cmsMatter(signed) === undefined;
  const checks = verifySignerInfo({ ...signed, crypto }).map((one) =>
    excused && one.check === 'cms.content' ? notApplicable(one) : one,
  );
  return [...checks, passed(SIGNATURE_CHECKS.unambiguous, { over: 'signed-attributes' })];
}
