import type { CrlReason } from '../revocation/status.ts';

/**
 * What J-LIS says a reason means (CP/CPS 4.9.9); null where the table has no such reason. certificateHold is never lifted
 * (一時保留の解除は行わない) and counts as revoked. Death has no reason of its own.
 */
const MEANINGS: Readonly<Record<CrlReason, string | null>> = {
  unspecified: '交付前に破棄',
  keyCompromise: '利用者の秘密鍵の危殆化',
  cACompromise: 'CAの秘密鍵の危殆化',
  affiliationChanged: '記載内容の変更',
  superseded: '証明書の更新',
  cessationOfOperation: '証明書が不要になった',
  certificateHold: '秘密鍵の安全性に疑義があり一時保留',
  removeFromCRL: null,
  privilegeWithdrawn: null,
  aACompromise: null,
};

export function selectRevocationMeaning(reason: CrlReason | null): string | null {
  return reason === null ? null : MEANINGS[reason];
}
