import { describe, expect, it } from '@jest/globals';
import { decodeRequest, refuseUnsupported } from '../../../src/features/verification/decode-request.ts';
import type {
  CmsSignatureRequest,
  RawSignatureRequest,
  VerifyRequest,
} from '../../../src/features/verification/wire.ts';
import { readFixture } from '../../fixtures.ts';

const base64 = (name: string) => Buffer.from(readFixture(name)).toString('base64');
const CONTENT = base64('content.bin');
const ISSUED = readFixture('content.bin');
const purpose = 'account-opening';
const raw = (more: Partial<RawSignatureRequest> = {}): RawSignatureRequest => ({
  format: 'raw',
  algorithm: 'RS256',
  value: base64('raw-rs256.sig'),
  certificate: base64('leaf-digital-signature.crt'),
  ...more,
});
const cms = (file: string, more: Partial<CmsSignatureRequest> = {}): CmsSignatureRequest => ({
  format: 'cms',
  value: base64(file),
  ...more,
});
const codeOf = (signature: VerifyRequest['signature'], challengeId?: string, issued?: Uint8Array) => {
  const request = { purpose, signature, ...(challengeId === undefined ? {} : { challengeId }) };
  const decoded = decodeRequest(request, issued);
  return decoded.ok ? 'ok' : decoded.code;
};
const sha256 = { algorithm: 'SHA-256' as const, value: Buffer.alloc(32).toString('base64') };

describe('raw takes exactly one of content, digest, challengeId', () => {
  it.each([
    ['content', { content: CONTENT }, undefined, 'ok'],
    ['digest', { digest: sha256 }, undefined, 'ok'],
    ['challengeId', {}, 'chl_1', 'ok'],
    ['none', {}, undefined, 'content-required'],
    ['content and digest', { content: CONTENT, digest: sha256 }, undefined, 'content-not-allowed'],
    ['content and challengeId', { content: CONTENT }, 'chl_1', 'content-not-allowed'],
    ['digest and challengeId', { digest: sha256 }, 'chl_1', 'content-not-allowed'],
    ['all three', { content: CONTENT, digest: sha256 }, 'chl_1', 'content-not-allowed'],
  ])('%s', (_name, more, challengeId, code) => {
    expect(codeOf(raw(more), challengeId)).toBe(code);
  });

  it('encoding belongs to ECDSA: with RSA it would be ignored', () => {
    expect(codeOf(raw({ encoding: 'der', content: CONTENT }))).toBe('invalid-request');
    expect(codeOf(raw({ encoding: 'p1363', content: CONTENT }))).toBe('invalid-request');
    expect(codeOf(raw({ encoding: 'p1363', algorithm: 'ES256', content: CONTENT }))).toBe('ok');
  });

  it('takes the content of a known challenge, and none of an unknown one', () => {
    const request = { purpose, signature: raw(), challengeId: 'chl_1' };
    expect(decodeRequest(request, ISSUED)).toMatchObject({ ok: true, signed: { content: ISSUED } });
    expect(decodeRequest(request, undefined)).toMatchObject({ ok: true, signed: { content: undefined } });
  });

  it.each([
    ['PS256', sha256],
    ['ES256', sha256],
    ['RS384', sha256],
    ['RS256', { algorithm: 'SHA-512' as const, value: sha256.value }],
    ['RS256', { algorithm: 'SHA-256' as const, value: Buffer.alloc(31).toString('base64') }],
  ] as const)('a digest is not supported with %s and %p', (algorithm, digest) => {
    expect(codeOf(raw({ algorithm, digest }))).toBe('digest-not-supported');
  });

  it.each([
    ['text', Buffer.from('hello').toString('base64')],
    ['trailing octets', Buffer.concat([readFixture('leaf-digital-signature.crt'), Buffer.of(0)]).toString('base64')],
    ['half of it', Buffer.from(readFixture('leaf-digital-signature.crt').subarray(0, 500)).toString('base64')],
    ['a duplicate extension', base64('leaf-duplicate-extension.crt')],
  ])('a certificate of %s is unreadable', (_name, certificate) => {
    expect(codeOf(raw({ content: CONTENT, certificate }))).toBe('certificate-unreadable');
  });
});

describe('cms', () => {
  it('attached takes no content, a challenge may be compared with it', () => {
    expect(codeOf(cms('cms-attached.p7m'))).toBe('ok');
    expect(codeOf(cms('cms-attached.p7m'), 'chl_1', ISSUED)).toBe('ok');
    expect(codeOf(cms('cms-attached.p7m', { content: CONTENT }))).toBe('content-not-allowed');
  });

  it('detached takes content or challengeId', () => {
    expect(codeOf(cms('cms-detached.p7m', { content: CONTENT }))).toBe('ok');
    expect(codeOf(cms('cms-detached.p7m'), 'chl_1', ISSUED)).toBe('ok');
    expect(codeOf(cms('cms-detached.p7m'))).toBe('content-required');
    expect(codeOf(cms('cms-detached.p7m', { content: CONTENT }), 'chl_1', ISSUED)).toBe('content-not-allowed');
  });

  it('that is no SignedData in DER is unreadable', () => {
    expect(codeOf({ format: 'cms', value: Buffer.from('hello').toString('base64') })).toBe('cms-unreadable');
    expect(codeOf({ format: 'cms', value: base64('leaf-digital-signature.crt') })).toBe('cms-unreadable');
    expect(codeOf(cms('cms-ber.p7m'))).toBe('cms-unreadable');
    expect(codeOf(cms('cms-trailing-bytes.p7m'))).toBe('cms-unreadable');
  });

  it('has exactly one SignerInfo', () => {
    expect(codeOf(cms('cms-no-signers.p7m'))).toBe('signer-count');
    expect(codeOf(cms('cms-two-signers.p7m'))).toBe('signer-count');
  });
});

it.each(['digital-auth-app', 'pdf', 'xml'] as const)('format %s is not supported yet', (format) => {
  expect(codeOf({ format, value: 'AAAA' })).toBe('format-not-supported');
});

it.each(['declared', 'cardInput', 'cardFace', 'face', 'consent'] as const)('%s is refused, not ignored', (field) => {
  const request = { purpose, signature: raw({ content: CONTENT }), [field]: {} };
  expect(refuseUnsupported(request)).toMatchObject({ code: 'not-yet-supported', errors: [{ pointer: `/${field}` }] });
  expect(refuseUnsupported({ purpose, signature: raw({ content: CONTENT }) })).toBeUndefined();
});
