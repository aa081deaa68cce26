import { describe, expect, it } from '@jest/globals';
import { selectRevocationMeaning } from '../../../src/core/jpki/revocation-meaning.ts';

describe('selectRevocationMeaning', () => {
  it.each([
    ['unspecified', '交付前に破棄'],
    ['keyCompromise', '利用者の秘密鍵の危殆化'],
    ['cACompromise', 'CAの秘密鍵の危殆化'],
    ['affiliationChanged', '記載内容の変更'],
    ['superseded', '証明書の更新'],
    ['cessationOfOperation', '証明書が不要になった'],
    ['certificateHold', '秘密鍵の安全性に疑義があり一時保留'],
    ['removeFromCRL', null],
    ['privilegeWithdrawn', null],
    ['aACompromise', null],
    [null, null],
  ] as const)('%s', (reason, meaning) => {
    expect(selectRevocationMeaning(reason)).toBe(meaning);
  });
});
