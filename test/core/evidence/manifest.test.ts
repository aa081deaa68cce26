import { describe, expect, it } from '@jest/globals';
import { toHex } from '../../../src/core/bytes.ts';
import {
  buildManifest,
  decodeManifest,
  encodeManifestSeal,
  formatManifest,
  type Manifest,
} from '../../../src/core/evidence/manifest.ts';
import { nodeCrypto } from '../../../src/platform/crypto.ts';

const entries = [{ name: 'report.json', octets: Uint8Array.of(1, 2, 3) }];
const manifestOf = (isStamped: boolean): Manifest =>
  buildManifest({ kind: 'full', verificationId: 'ver_1', isStamped }, entries, [], nodeCrypto);
const decoded = (manifest: object) => {
  const text = formatManifest(manifest as Manifest);
  return decodeManifest(text, JSON.parse(text));
};
const { timestamp: _timestamp, ...bare } = manifestOf(false);

describe('a manifest', () => {
  it('tells whether a time stamp stands behind it', () => {
    expect(decoded(manifestOf(true))?.timestamp).toBe('manifest.tst');
    expect(decoded(manifestOf(false))?.timestamp).toBeNull();
  });

  it('of version 1 tells of none', () => {
    expect(decoded({ ...bare, formatVersion: 1 })).toMatchObject({ formatVersion: 1, verificationId: 'ver_1' });
  });

  it.each<[string, object]>([
    ['of version 1 with a time stamp', { ...manifestOf(true), formatVersion: 1 }],
    ['of version 1 with the word for none', { ...manifestOf(false), formatVersion: 1 }],
    ['of version 2 that does not tell', bare],
    ['of version 3', { ...manifestOf(false), formatVersion: 3 }],
    ['of version 0', { ...bare, formatVersion: 0 }],
    ['with a time stamp of another name', { ...manifestOf(true), timestamp: 'report.json' }],
    ['with a time stamp that is no name', { ...manifestOf(true), timestamp: true }],
    ['with a member that is not ours', { ...manifestOf(true), more: 1 }],
    ['with its members in another order', Object.fromEntries(Object.entries(manifestOf(true)).reverse())],
  ])('%s is none', (_, manifest) => {
    expect(decoded(manifest)).toBeUndefined();
  });
});

describe('what the seal of a manifest is over', () => {
  const manifest = Uint8Array.from(Buffer.from('manifest'));
  const seal = (version: number, token?: Uint8Array) => toHex(encodeManifestSeal(version, manifest, token, nodeCrypto));

  it('is another for each version, and for each token and none', () => {
    const none = new Uint8Array();
    const all = [seal(1), seal(2), seal(2, none), seal(2, Uint8Array.of(0)), seal(2, Uint8Array.of(1)), seal(3)];
    expect(new Set(all).size).toBe(all.length);
  });

  it('begins with a context of its own, and ends with the manifest', () => {
    const text = Buffer.from(seal(2, Uint8Array.of(7)), 'hex');
    const context = 'jpki-verifier evidence manifest v2\n';
    expect(text.toString('latin1').startsWith(context)).toBe(true);
    expect(text[context.length]).toBe(1);
    expect(text.subarray(-manifest.length).toString()).toBe('manifest');
    expect(Buffer.from(seal(1), 'hex').toString()).toBe('jpki-verifier evidence manifest v1\nmanifest');
  });
});
