import { describe, expect, it } from '@jest/globals';
import { encodeSignedAttributes } from '../../../src/core/cms/attribute.ts';
import { decodeCms } from '../../../src/core/cms/signed-data.ts';
import { DecodeError } from '../../../src/core/der/decode-error.ts';
import { encodeElement } from '../../../src/core/der/writer.ts';
import { newEcKey, newRsaKey } from '../signature/keys.ts';
import { ascii, buildSignedData, buildSignerInfo, newSigner, type Signer } from './building.ts';
import { type Judged, judge } from './outcomes.ts';

/** mulberry32: the same mutants in every run. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * below);
  };
}

const content = ascii('The quick brown fox jumps over the lazy dog. '.repeat(3));
/** For each of the two keys. */
const MUTANTS = 2500;

function container(signer: Signer): Uint8Array {
  const version3 = { version: 3, sid: encodeElement(0x80, signer.keyIdentifier) };
  const signerInfos = [buildSignerInfo({ signer, content, ...version3 })];
  return buildSignedData({ content, certificates: [signer.certificate.der], signerInfos, version: 3 });
}

/** One to three changes: a bit flipped, an octet set, octets swapped, dropped or doubled. */
function mutate(der: Uint8Array, random: (below: number) => number): Uint8Array {
  const octets = Array.from(der);
  for (let changes = 1 + random(3); changes > 0; changes--) {
    const at = random(octets.length);
    const octet = octets[at] as number;
    switch (random(5)) {
      case 0:
        octets[at] = octet ^ (1 << random(8));
        break;
      case 1:
        octets[at] = random(256);
        break;
      case 2: {
        const other = random(octets.length);
        octets[at] = octets[other] as number;
        octets[other] = octet;
        break;
      }
      case 3:
        octets.splice(at, 1);
        break;
      default:
        octets.splice(at, 0, octet);
    }
  }
  return Uint8Array.from(octets);
}

const hex = (octets: Uint8Array | undefined): string => Buffer.from(octets ?? []).toString('hex');

/** What a signature vouches for: the key, the content and its type, the attributes. */
function vouched({ signedData, signerInfo }: Judged): string {
  const [certificate] = signedData.certificates;
  return [
    hex(certificate?.subjectPublicKeyInfo.der),
    hex(signedData.eContent),
    signedData.eContentType,
    hex(encodeSignedAttributes(signerInfo.signedAttrs ?? [])),
  ].join(':');
}

function judgeOrNot(der: Uint8Array): readonly Judged[] {
  try {
    return judge(der);
  } catch (error) {
    if (error instanceof DecodeError) return [];
    throw error;
  }
}

describe.each([
  ['RSA', newSigner(newRsaKey(), 'rsa', 1), 20261122],
  ['P-256', newSigner(newEcKey('P-256'), 'ec', 2), 20261123],
])('a container signed with %s', (_, signer, seed) => {
  it('no mutant is sound with anything signed changed', () => {
    const original = container(signer);
    const [judged] = judge(original);
    if (judged === undefined) throw new Error('no SignerInfo');
    expect(judged.sound).toBe(true);
    const expected = vouched(judged);
    const random = randomFrom(seed);
    const counts = { undecodable: 0, unsound: 0, sound: 0 };
    for (let i = 0; i < MUTANTS; i++) {
      const all = judgeOrNot(mutate(original, random));
      if (all.length === 0) counts.undecodable += 1;
      for (const one of all) {
        counts[one.sound ? 'sound' : 'unsound'] += 1;
        if (one.sound) expect(vouched(one)).toBe(expected);
      }
    }
    expect(counts.undecodable).toBeGreaterThan(100);
    expect(counts.unsound).toBeGreaterThan(100);
    // The mutant of an unsigned part (the certificate's own signature) is sound: that is the path's matter.
    expect(counts.sound).toBeGreaterThan(0);
  });

  it('every single bit of content, attributes and signature counts', () => {
    const original = container(signer);
    const { eContent, signerInfos } = decodeCms(original);
    const [info] = signerInfos;
    const parts = [eContent, info?.signedAttrsContent, info?.signature];
    let flips = 0;
    for (const part of parts) {
      if (part === undefined) throw new Error('a part is missing');
      const start = part.byteOffset - original.byteOffset;
      for (let at = start; at < start + part.length; at += 3) {
        const der = Uint8Array.from(original);
        der[at] = (der[at] as number) ^ (1 << (at % 8));
        for (const one of judgeOrNot(der)) expect(one.sound).toBe(false);
        flips += 1;
      }
    }
    expect(flips).toBeGreaterThan(100);
  });
});
