import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { toHex } from '../../../src/core/bytes.ts';
import { PRODUCTION_ROOTS } from '../../../src/core/jpki/production-roots.ts';
import { issuesFor } from '../../../src/core/jpki/root-name.ts';
import { buildTrustAnchors } from '../../../src/core/jpki/trust-anchors.ts';
import { decodeCertificate } from '../../../src/core/x509/decode-certificate.ts';
import { nodeCrypto } from '../../../src/platform/crypto.ts';
import { DN, issueRoot } from '../verification/pretend-authority.ts';

describe('PRODUCTION_ROOTS', () => {
  it('has three generations of each kind, every pin once', () => {
    const rows = PRODUCTION_ROOTS.map(({ kind, generation }) => `${kind} ${generation}`);
    expect(new Set(rows).size).toBe(6);
    expect(new Set(PRODUCTION_ROOTS.map(({ sha256 }) => sha256)).size).toBe(6);
    for (const { sha256, subjectKeyIdentifier } of PRODUCTION_ROOTS) {
      expect(sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(subjectKeyIdentifier).toMatch(/^[0-9a-f]{40}$/);
    }
  });
});

describe('buildTrustAnchors', () => {
  it('tells pinned from unpinned', async () => {
    const root = await issueRoot(DN.signing, Uint8Array.of(1));
    const other = await issueRoot(DN.authentication, Uint8Array.of(2));
    const sha256 = new X509Certificate(root.certificate.der).fingerprint256.replaceAll(':', '').toLowerCase();
    const pin = { name: 'test', kind: 'digital-signature', generation: 4, sha256, subjectKeyIdentifier: '01' } as const;
    const anchors = buildTrustAnchors([root.certificate, other.certificate], nodeCrypto, [pin]);
    expect(anchors.unpinned).toEqual([other.certificate]);
    expect(anchors.pinOf(root.certificate)).toBe(pin);
    expect(anchors.pinOf(decodeCertificate(Uint8Array.from(root.certificate.der)))).toBe(pin);
    expect(anchors.pinOf(other.certificate)).toBeUndefined();
  });

  it('counts the same certificate once', async () => {
    const { certificate } = await issueRoot(DN.signing, Uint8Array.of(1));
    const again = decodeCertificate(Uint8Array.from(certificate.der));
    expect(buildTrustAnchors([certificate, again], nodeCrypto).certificates).toHaveLength(1);
  });

  it('knows a pin whatever the name says: not one of ours is a production root', async () => {
    const { certificate } = await issueRoot(DN.signing, Uint8Array.of(1));
    expect(buildTrustAnchors([certificate], nodeCrypto).unpinned).toHaveLength(1);
    expect(buildTrustAnchors([], nodeCrypto)).toMatchObject({ certificates: [], unpinned: [] });
  });
});

describe('issuesFor', () => {
  it.each([
    [DN.signing, 'digital-signature'],
    [DN.authentication, 'user-authentication'],
    ['C=JP, O=JPKI, OU=Something else', undefined],
    ['C=JP, CN=JPKI for digital signature', undefined],
  ])('%s', async (name, kind) => {
    const { certificate } = await issueRoot(name, Uint8Array.of(1));
    expect(issuesFor(certificate.subject)).toBe(kind);
  });
});

describe('the published roots', () => {
  it.each(['signca01-2015', 'signca03-2023', 'authca01-2015', 'authca02-2019', 'authca03-2023'])('%s', (file) => {
    const { raw } = new X509Certificate(readFileSync(new URL(`published-roots/${file}.pem`, import.meta.url)));
    const certificate = decodeCertificate(new Uint8Array(raw));
    const pin = buildTrustAnchors([certificate], nodeCrypto).pinOf(certificate);
    expect(pin?.name).toBe(file.slice(0, 8));
    expect(pin?.kind).toBe(issuesFor(certificate.subject));
    expect(toHex(certificate.extensions.subjectKeyIdentifier ?? new Uint8Array())).toBe(pin?.subjectKeyIdentifier);
  });
});
