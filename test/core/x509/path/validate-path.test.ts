import { describe, expect, it } from '@jest/globals';
import type { CryptoPrimitives } from '../../../../src/core/crypto.ts';
import {
  encodeElement,
  encodeNull,
  encodeObjectIdentifier,
  encodeOctetString,
  encodeSequence,
} from '../../../../src/core/der/writer.ts';
import { nodeCrypto } from '../../../../src/platform/crypto.ts';
import { authority, extension, leaf, name, newKeys, root, utcTime } from '../certificate-builder.ts';
import { told, validate } from './validating.ts';

describe('a path without fault', () => {
  it('leads from the anchor to a leaf right below it', () => {
    const ca = root();
    const signer = leaf(ca);
    const { path, failures, candidatesTried } = validate(signer, [ca]);
    expect(failures).toEqual([]);
    expect(candidatesTried).toBe(1);
    expect(path?.anchor).toBe(ca.certificate);
    expect(path?.certificates).toEqual([signer.certificate]);
    expect(path?.target).toBe(signer.certificate);
    expect(path?.issuer.certificate).toBe(ca.certificate);
    expect(path?.issuer.subjectKeyIdentifier).toEqual(ca.keyIdentifier);
    expect(path?.targetValidity).toBe('valid');
  });

  it('leads over untrusted authorities, whatever their order, and names the key that verified the target', () => {
    const ca = root();
    const upper = authority(ca, 'upper');
    const lower = authority(upper, 'lower');
    const stranger = authority(root({ subject: name('stranger') }), 'upper');
    const signer = leaf(lower);
    const { path } = validate(signer, [root({ subject: name('other') }), ca], [lower, stranger, signer, ca, upper]);
    expect(path?.certificates).toEqual([upper.certificate, lower.certificate, signer.certificate]);
    expect(path?.issuer.certificate).toBe(lower.certificate);
  });

  it('needs no key identifiers', () => {
    const ca = root({ without: ['2.5.29.14'] });
    const { path } = validate(leaf(ca, { without: ['2.5.29.35'] }), [root(), ca, root()]);
    expect(path?.anchor).toBe(ca.certificate);
  });

  it('is found where only the key identifiers disagree', () => {
    const ca = root();
    const { path } = validate(leaf(ca, { extensions: [extension.authorityKey(Uint8Array.of(9, 9))] }), [ca]);
    expect(path?.anchor).toBe(ca.certificate);
  });

  it('takes another way when the first breaks a rule', () => {
    const ca = root();
    const keys = newKeys();
    const keyIdentifier = Uint8Array.of(7);
    const narrow = extension.nameConstraints([encodeElement(0xa4, name('elsewhere'))], []);
    const narrowed = authority(ca, 'middle', { keys, keyIdentifier, extensions: [narrow] });
    const widened = authority(ca, 'middle', { keys, keyIdentifier });
    const { path, candidatesTried } = validate(leaf(narrowed), [ca], [narrowed, widened]);
    expect(path?.certificates[0]).toBe(widened.certificate);
    expect(candidatesTried).toBe(2);
  });

  it('does not try what can be in no path, unless to tell why there is none', () => {
    const ca = root();
    const keys = newKeys();
    const expired = authority(ca, 'middle', { keys, notAfter: utcTime('2026-01-01T00:00:00Z') });
    const renewed = authority(ca, 'middle', { keys });
    const namesake = authority(ca, 'middle');
    expect(validate(leaf(expired), [ca], [expired, renewed]).candidatesTried).toBe(1);
    const { path, failures } = validate(leaf(expired), [ca], [namesake, expired]);
    expect(path).toBeUndefined();
    expect(told(failures)).toEqual(['validity@0']);
  });
});

describe('generations of a CA under one name', () => {
  const first = root();
  const second = root();

  it('asks the key identifier first and verifies one signature only', () => {
    let verifications = 0;
    const counting: CryptoPrimitives = {
      ...nodeCrypto,
      verifySignature: (...of) => {
        verifications++;
        return nodeCrypto.verifySignature(...of);
      },
    };
    const { path } = validate(leaf(second), [first, root(), second], [], { crypto: counting });
    expect(path?.anchor).toBe(second.certificate);
    expect(verifications).toBe(1);
  });

  it('says that the key is another when the right generation is missing', () => {
    const { path, failures } = validate(leaf(second), [first]);
    expect(path).toBeUndefined();
    expect(failures).toEqual([{ code: 'key-identifier', clause: 'RFC 5280 §4.2.1.1', index: 0 }]);
  });

  it('says that the signature is wrong when the right generation did not make it', () => {
    const forger = root({ keyIdentifier: second.keyIdentifier });
    const { path, failures } = validate(leaf(forger), [first, second]);
    expect(path).toBeUndefined();
    expect(told(failures)).toEqual(['signature@0']);
  });
});

describe('no path', () => {
  it('without an anchor of that name', () => {
    const { path, failures, candidatesTried } = validate(leaf(root()), [root({ subject: name('other') })]);
    expect(path).toBeUndefined();
    expect(failures).toEqual([]);
    expect(candidatesTried).toBe(0);
  });

  it('without any anchor, however complete the chain is', () => {
    const ca = root();
    expect(validate(leaf(ca), [], [ca]).path).toBeUndefined();
  });

  it('of no length: an anchor is not its own signer', () => {
    const ca = root();
    const { path, failures } = validate(ca, [ca], [ca]);
    expect(path).toBeUndefined();
    expect(told(failures)).toEqual(['path-length@-1']);
    expect(told(validate(ca, [root(), ca]).failures)).toEqual(['path-length@-1']);
  });

  it('around in a circle', () => {
    const keys = newKeys();
    const outside = root({ keys, subject: name('a') });
    const b = authority(outside, 'b');
    const a = authority(b, 'a', { keys, keyIdentifier: outside.keyIdentifier });
    const { path, candidatesTried } = validate(leaf(b), [root()], [a, b]);
    expect(path).toBeUndefined();
    expect(candidatesTried).toBe(0);
  });

  it('with a key identifier of the issuer but another name', () => {
    const ca = root();
    const { failures } = validate(leaf(ca, { issuer: name('someone else') }), [ca]);
    expect(failures).toEqual([{ code: 'name-chaining', clause: 'RFC 5280 §6.1.3(a)(4)', index: 0 }]);
  });

  it('by an algorithm outside the allow-list', () => {
    const ca = root();
    const algorithm = encodeSequence(encodeObjectIdentifier('1.2.840.113549.1.1.4'), encodeNull());
    const { failures } = validate(leaf(ca, { algorithm }), [ca]);
    expect(told(failures)).toEqual(['algorithm@0']);
  });

  it('over a broken authority, and both faults are told', () => {
    const ca = root();
    const middle = authority(ca, 'middle', {
      signature: Uint8Array.of(1, 2, 3),
      notAfter: utcTime('2026-01-01T00:00:00Z'),
    });
    const { failures } = validate(leaf(middle), [ca], [middle]);
    expect(told(failures)).toEqual(['signature@0', 'validity@0']);
  });
});

describe('validity', () => {
  const notBefore = Date.UTC(2026, 5, 1);
  const notAfter = Date.UTC(2027, 5, 1);
  const times = { notBefore: utcTime('2026-06-01T00:00:00Z'), notAfter: utcTime('2027-06-01T00:00:00Z') };
  const ca = root();
  const signer = leaf(ca, times);

  it.each([
    [notBefore - 1, 'not-yet-valid'],
    [notBefore, 'valid'],
    [notAfter, 'valid'],
    [notAfter + 1, 'expired'],
  ])('of the target at %d is told apart from the path: %s', (at, expected) => {
    const { path, failures } = validate(signer, [ca], [], { at });
    expect(failures).toEqual([]);
    expect(path?.targetValidity).toBe(expected);
  });

  const middle = authority(ca, 'middle', times);
  const below = leaf(middle);
  it.each([
    [notBefore - 1, ['validity@0']],
    [notBefore, []],
    [notAfter, []],
    [notAfter + 1, ['validity@0']],
  ])('of an authority at %d', (at, expected) => {
    expect(told(validate(below, [ca], [middle], { at }).failures)).toEqual(expected);
  });

  const old = root(times);
  it.each([
    [notBefore - 1, ['validity@-1']],
    [notBefore, []],
    [notAfter, []],
    [notAfter + 1, ['validity@-1']],
  ])('of the anchor at %d, where it is tested', (at, expected) => {
    const ofOld = leaf(old);
    expect(told(validate(ofOld, [old], [], { at }).failures)).toEqual(expected);
    expect(validate(ofOld, [old], [], { at, anchorValidity: 'ignored' }).path?.anchor).toBe(old.certificate);
  });
});

describe('validity of a target whose issuers have ended', () => {
  const at = Date.UTC(2040, 0, 1);
  const ca = root();

  it('is told where nothing else fails', () => {
    expect(validate(leaf(ca), [ca], [], { at })).toMatchObject({ path: undefined, targetValidity: 'expired' });
    const young = leaf(ca, { notAfter: utcTime('2045-01-01T00:00:00Z') });
    expect(validate(young, [ca], [], { at })).toMatchObject({ path: undefined, targetValidity: 'valid' });
    const middle = authority(ca, 'middle');
    expect(validate(leaf(middle), [ca], [middle], { at }).targetValidity).toBe('expired');
  });

  it('is not told of one that no anchor vouches for, or that something else is wrong with', () => {
    const stranger = root({ keyIdentifier: ca.keyIdentifier });
    const targets = [leaf(stranger), leaf(ca, { extensions: [extension.unknown(true)] }), ca];
    for (const target of targets) {
      const { path, failures, targetValidity } = validate(target, [ca], [], { at });
      expect(path).toBeUndefined();
      expect(failures).not.toEqual([]);
      expect(targetValidity).toBeUndefined();
    }
    expect(validate(leaf(ca), [], [], { at }).targetValidity).toBeUndefined();
  });
});

describe('authorities', () => {
  const ca = root();
  const BASIC_CONSTRAINTS = '2.5.29.19';
  const KEY_USAGE = '2.5.29.15';
  const V1 = new Uint8Array(0);

  it('are never leaves', () => {
    const signer = leaf(ca);
    expect(told(validate(leaf(signer), [ca], [signer]).failures)).toEqual(['basic-constraints@0', 'key-usage@0']);
  });

  it('have basicConstraints with cA', () => {
    const without = authority(ca, 'm', { without: [BASIC_CONSTRAINTS] });
    expect(told(validate(leaf(without), [ca], [without]).failures)).toEqual(['basic-constraints@0']);
    const negative = authority(ca, 'm', { extensions: [{ id: BASIC_CONSTRAINTS, value: Uint8Array.of(0x30, 0) }] });
    expect(told(validate(leaf(negative), [ca], [negative]).failures)).toEqual(['basic-constraints@0']);
  });

  it('may sign certificates, by keyUsage where there is one', () => {
    const forCrls = authority(ca, 'm', { extensions: [extension.keyUsage(0x02)] });
    expect(told(validate(leaf(forCrls), [ca], [forCrls]).failures)).toEqual(['key-usage@0']);
    const unlimited = authority(ca, 'm', { without: [KEY_USAGE] });
    expect(validate(leaf(unlimited), [ca], [unlimited]).failures).toEqual([]);
  });

  it('below the anchor are of version 3; an anchor may be of version 1', () => {
    const keys = newKeys();
    const old = authority(ca, 'm', {
      version: V1,
      keys,
      without: [BASIC_CONSTRAINTS, KEY_USAGE, '2.5.29.14', '2.5.29.35'],
    });
    expect(old.certificate.version).toBe(1);
    const signer = leaf(old);
    expect(told(validate(signer, [ca], [old]).failures)).toEqual(['version@0']);
    expect(validate(signer, [old]).failures).toEqual([]);
  });

  it('that are anchors are taken for their key and name: their own signature is not looked at (§6.1.1(d))', () => {
    const keys = newKeys();
    const wrong = root({ keys, signature: Uint8Array.of(0x30, 6, 2, 1, 1, 2, 1, 1) });
    expect(validate(leaf(wrong), [wrong]).failures).toEqual([]);
    // As an issuer that nobody anchored it is worth nothing.
    expect(validate(leaf(wrong), [root({ subject: name('other') })], [wrong]).path).toBeUndefined();
  });

  it('among the anchors are certified to be authorities as well', () => {
    const signer = leaf(ca);
    expect(told(validate(leaf(signer), [signer]).failures)).toEqual(['basic-constraints@-1', 'key-usage@-1']);
  });

  it.each([
    [0, ['path-length@1']],
    [1, []],
  ])('go no deeper than pathLenConstraint %d', (pathLen, expected) => {
    const upper = authority(ca, 'upper', { extensions: [extension.authority(pathLen)] });
    const lower = authority(upper, 'lower');
    expect(validate(leaf(upper), [ca], [upper]).failures).toEqual([]);
    expect(told(validate(leaf(lower), [ca], [upper, lower]).failures)).toEqual(expected);
  });

  it('go no deeper than the pathLenConstraint of the anchor', () => {
    const flat = root({ extensions: [extension.authority(0)] });
    const middle = authority(flat, 'middle');
    expect(validate(leaf(flat), [flat]).failures).toEqual([]);
    expect(told(validate(leaf(middle), [flat], [middle]).failures)).toEqual(['path-length@0']);
  });

  it('that are self-issued do not count', () => {
    const upper = authority(ca, 'upper', { extensions: [extension.authority(0)] });
    const newKey = authority(upper, 'upper');
    expect(validate(leaf(newKey), [ca], [upper, newKey]).failures).toEqual([]);
  });
});

describe('critical extensions', () => {
  const ca = root();

  it('that are not known are rejected, in the target, an authority and the anchor', () => {
    const unknown = { extensions: [extension.unknown(true)] };
    expect(told(validate(leaf(ca, unknown), [ca]).failures)).toEqual(['unknown-critical-extension@0']);
    const middle = authority(ca, 'middle', unknown);
    expect(told(validate(leaf(middle), [ca], [middle]).failures)).toEqual(['unknown-critical-extension@0']);
    const odd = root(unknown);
    expect(told(validate(leaf(odd), [odd]).failures)).toEqual(['unknown-critical-extension@-1']);
  });

  it('do not matter when they are not critical', () => {
    expect(validate(leaf(ca, { extensions: [extension.unknown(false)] }), [ca]).failures).toEqual([]);
  });

  it('that are known but not processed are rejected too', () => {
    const serverAuth = encodeSequence(encodeObjectIdentifier('1.3.6.1.5.5.7.3.1'));
    const usage = { extensions: [{ id: '2.5.29.37', critical: true, value: serverAuth }] };
    const middle = authority(ca, 'middle', usage);
    expect(told(validate(leaf(middle), [ca], [middle]).failures)).toEqual(['unknown-critical-extension@0']);
    expect(validate(leaf(ca, usage), [ca]).failures).toEqual([]);
    const anyUsage = encodeSequence(encodeObjectIdentifier('2.5.29.37.0'));
    const open = authority(ca, 'open', { extensions: [{ id: '2.5.29.37', critical: true, value: anyUsage }] });
    expect(validate(leaf(open), [ca], [open]).failures).toEqual([]);
    const noCheck = { extensions: [{ id: '1.3.6.1.5.5.7.48.1.5', critical: true, value: encodeNull() }] };
    expect(told(validate(leaf(ca, noCheck), [ca]).failures)).toEqual(['unknown-critical-extension@0']);
  });

  it.each(['2.5.29.14', '2.5.29.35'])('that are never critical are not processed where they are: %s', (id) => {
    const value = id === '2.5.29.14' ? encodeOctetString(ca.keyIdentifier) : encodeSequence();
    const odd = leaf(ca, { extensions: [{ id, critical: true, value }] });
    expect(told(validate(odd, [ca]).failures)).toEqual(['unknown-critical-extension@0']);
  });

  it('certificatePolicies has qualifiers that can be interpreted, where it is critical (§4.2.1.4)', () => {
    const qualified = (qualifier: string, critical: boolean) => {
      const information = encodeSequence(
        encodeObjectIdentifier('1.2.3'),
        encodeSequence(encodeSequence(encodeObjectIdentifier(qualifier), encodeElement(0x16, Uint8Array.of(0x61)))),
      );
      const target = leaf(ca, { extensions: [{ id: '2.5.29.32', critical, value: encodeSequence(information) }] });
      return told(validate(target, [ca]).failures);
    };
    expect(qualified('1.2.3.4', true)).toEqual(['unknown-critical-extension@0']);
    expect(qualified('1.2.3.4', false)).toEqual([]);
    expect(qualified('1.3.6.1.5.5.7.2.1', true)).toEqual([]);
    expect(qualified('1.3.6.1.5.5.7.2.2', true)).toEqual([]);
  });
});
