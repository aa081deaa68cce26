import { describe, expect, it } from '@jest/globals';
import { createCountingCrypto, watchField } from '../../counting.ts';
import { authority, type Entity, extension, leaf, name, newKeys, root, utcTime } from '../certificate-builder.ts';
import { told, validate } from './validating.ts';

describe('bounds', () => {
  it('a path of more than ten certificates is not looked for', () => {
    const ca = root();
    const chain: Entity[] = [];
    for (let i = 0; i < 10; i++) chain.push(authority(chain.at(-1) ?? ca, `authority ${i}`));
    expect(validate(leaf(chain[8] as Entity), [ca], chain).path?.certificates).toHaveLength(10);
    const { path, failures } = validate(leaf(chain[9] as Entity), [ca], chain);
    expect(path).toBeUndefined();
    expect(told(failures)).toEqual(['path-limit@-1']);
  });

  it('a crowd of certificates that can be in no path hides none that can', () => {
    const ca = root();
    const shared = { keys: newKeys() };
    const notAfter = utcTime('2026-11-21T23:59:59Z');
    const expired = Array.from({ length: 40 }, () => authority(ca, 'many times', { ...shared, notAfter }));
    const renewed = authority(ca, 'many times', shared);
    expect(validate(leaf(renewed), [ca], [...expired, renewed]).path?.certificates).toHaveLength(2);
    const { path, failures } = validate(leaf(renewed), [ca], expired);
    expect(path).toBeUndefined();
    expect(told(failures)).toContain('validity@0');
  });

  it('a crowd of namesakes costs a bounded number of signatures', () => {
    const ca = root();
    const keyIdentifier = Uint8Array.of(1, 2);
    const crowd = Array.from({ length: 100 }, () => authority(ca, 'crowd', { keyIdentifier }));
    const forged = leaf(crowd[0] as Entity, { signature: Uint8Array.of(0x30, 6, 2, 1, 1, 2, 1, 1) });
    const crypto = createCountingCrypto();
    const { path, failures } = validate(forged, [ca], crowd, { crypto });
    expect(path).toBeUndefined();
    expect(crypto.counts.verifications).toBe(32);
    expect(told(failures)).toEqual(['path-limit@-1']);
  });

  it('a web that leads nowhere costs a bounded number of steps, however many certificates pad it', () => {
    const layers: Entity[][] = [[root({ subject: name('nowhere') })]];
    for (let level = 1; level <= 8; level++) {
      const issuer = layers[level - 1]?.[0] as Entity;
      const shared = { keys: newKeys(), keyIdentifier: Uint8Array.of(level) };
      layers.push(
        [1, 2].map((serial) => authority(issuer, `layer ${level}`, { ...shared, serial: Uint8Array.of(serial) })),
      );
    }
    const { certificate, ...padding } = authority(root(), 'あ'.repeat(2000));
    let looks = 0;
    const looked = watchField(certificate, 'subject', () => {
      looks += 1;
    });
    const ways = layers.slice(1).flat();
    const crowd = [...ways, ...Array.from({ length: 900 }, () => ({ ...padding, certificate: looked }))];
    const crypto = createCountingCrypto();
    const { path, failures, candidatesTried } = validate(leaf(layers[8]?.[0] as Entity), [root()], crowd, { crypto });
    expect(path).toBeUndefined();
    expect(candidatesTried).toBe(0);
    expect(told(failures)).toEqual(['path-limit@-1']);
    // All 511 ways through the web would be that many looks at each certificate of the padding.
    expect(looks / 900).toBeLessThanOrEqual(128);
    expect(crypto.counts.verifications).toBeLessThanOrEqual(32);
  });

  it('a web of cross-certificates costs a bounded number of paths', () => {
    const anchor = root({ subject: name('anchor') });
    const layers: Entity[][] = [[anchor]];
    for (let level = 1; level <= 4; level++) {
      // Three certificates for the one key of each layer: 3^4 paths from the leaf to the anchor.
      const issuer = layers[level - 1]?.[0] as Entity;
      const shared = { keys: newKeys(), keyIdentifier: Uint8Array.of(level), extensions: [extension.unknown(true)] };
      layers.push(
        [1, 2, 3].map((serial) => authority(issuer, `layer ${level}`, { ...shared, serial: Uint8Array.of(serial) })),
      );
    }
    const { path, candidatesTried, failures } = validate(leaf(layers[4]?.[0] as Entity), [anchor], layers.flat());
    expect(path).toBeUndefined();
    expect(candidatesTried).toBe(32);
    expect(told(failures)).toContain('path-limit@-1');
    expect(told(failures)).toContain('unknown-critical-extension@0');
  });
});
