/** 署名用 and 利用者証明用. */
export type CertificateKind = 'digital-signature' | 'user-authentication';
/** The card, or 移動端末設備 (smartphone). */
export type CertificateMedium = 'card' | 'smartphone';
