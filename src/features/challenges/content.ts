import type { ChallengeKind } from './wire.ts';

export interface ContentFacts {
  readonly kind: ChallengeKind;
  readonly tenantId: string;
  readonly purpose: string;
  readonly issuedAt: string;
  /** 256 bits. */
  readonly nonce: Uint8Array;
  readonly text: string | undefined;
}

/**
 * The octets to sign. They begin with a fixed line naming service, version and kind, so that they can be taken for
 * nothing else; every further line binds one thing; the text for the person stands last, as the person is to read it.
 */
export function buildContent({ kind, tenantId, purpose, issuedAt, nonce, text }: ContentFacts): Uint8Array {
  const lines = [
    `jpki-verifier challenge v1 ${kind}`,
    `tenant: ${tenantId}`,
    // as a JSON string: a purpose can end no line
    `purpose: ${JSON.stringify(purpose)}`,
    `issuedAt: ${issuedAt}`,
    `nonce: ${Buffer.from(nonce).toString('base64url')}`,
    ...(text === undefined ? [] : ['', text]),
  ];
  return Buffer.from(`${lines.join('\n')}\n`, 'utf8');
}
