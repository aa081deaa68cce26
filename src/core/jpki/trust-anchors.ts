import { equalBytes, toHex } from '../bytes.ts';
import type { CryptoPrimitives } from '../crypto.ts';
import type { Certificate } from '../x509/certificate.ts';
import { type AnchorPin, PRODUCTION_ROOTS } from './production-roots.ts';

/** The anchors of a deployment, each with the pin that it matches. Made by buildTrustAnchors at the start. */
export interface TrustAnchors {
  readonly certificates: readonly Certificate[];
  /** Anchors that no pin knows: refused in production unless the operator accepts them. */
  readonly unpinned: readonly Certificate[];
  readonly pinOf: (anchor: Certificate) => AnchorPin | undefined;
}

/** Holds every anchor against the pins (SHA-256 of the DER). The same certificate given twice counts once. */
export function buildTrustAnchors(
  anchors: readonly Certificate[],
  crypto: Pick<CryptoPrimitives, 'digest'>,
  pins: readonly AnchorPin[] = PRODUCTION_ROOTS,
): TrustAnchors {
  const byFingerprint = new Map<string, Certificate>();
  for (const anchor of anchors) byFingerprint.set(toHex(crypto.digest('SHA-256', anchor.der)), anchor);
  const pinned: { readonly anchor: Certificate; readonly pin: AnchorPin }[] = [];
  for (const [sha256, anchor] of byFingerprint) {
    const pin = pins.find((known) => known.sha256 === sha256);
    if (pin !== undefined) pinned.push({ anchor, pin });
  }
  const certificates = [...byFingerprint.values()];
  const pinOf = (anchor: Certificate): AnchorPin | undefined =>
    pinned.find((known) => equalBytes(known.anchor.der, anchor.der))?.pin;
  return { certificates, unpinned: certificates.filter((anchor) => pinOf(anchor) === undefined), pinOf };
}
