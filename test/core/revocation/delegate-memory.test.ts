import { beforeEach, describe, expect, it } from '@jest/globals';
import type { CryptoPrimitives } from '../../../src/core/crypto.ts';
import { concludeFromOcsp } from '../../../src/core/revocation/conclude-from-ocsp.ts';
import { createDelegateMemory, type DelegateMemory } from '../../../src/core/revocation/delegate-memory.ts';
import { isRefusal } from '../../../src/core/revocation/evidence.ts';
import { decodeCertificate } from '../../../src/core/x509/decode-certificate.ts';
import { issuerKeyOf } from '../../../src/core/x509/path/issuer-key.ts';
import { nodeCrypto } from '../../../src/platform/crypto.ts';
import * as compose from './compose.ts';
import { DAY, HOUR, NOW } from './compose.ts';

const ca = compose.createParty('Sandbox CA');
/** Another generation: the same name, another key. */
const otherCa = compose.createParty('Sandbox CA');
const responder = compose.createParty('Sandbox OCSP');
const holder = compose.createParty('Holder');
const SERIAL = 0x0132c4ab;

const issuerOf = (party: compose.Party) =>
  issuerKeyOf(decodeCertificate(compose.composeCertificate({ subject: party, issuer: party })));
const leafOf = (party: compose.Party) =>
  decodeCertificate(compose.composeCertificate({ subject: holder, issuer: party, serial: SERIAL }));
const generations = new Map([ca, otherCa].map((party) => [party, { issuer: issuerOf(party), leaf: leafOf(party) }]));

const delegateOf = (options: Partial<Parameters<typeof compose.composeCertificate>[0]> = {}): Uint8Array =>
  compose.composeCertificate({
    subject: responder,
    issuer: ca,
    extensions: [compose.extKeyUsage(compose.OCSP_SIGNING), compose.ocspNoCheck],
    ...options,
  });
const delegate = delegateOf();

function respond(certificate: Uint8Array, about = ca, signer = responder): Uint8Array {
  const certId = compose.composeCertId({ issuer: about, serial: SERIAL });
  const responses = [compose.composeSingleResponse({ certId, nextUpdate: NOW + 1000 * DAY })];
  return compose.composeOcspResponse({ signer, responses, certificates: [certificate] });
}

let delegates: DelegateMemory;
let verified: number;
const counting: CryptoPrimitives = {
  ...nodeCrypto,
  verifySignature: (...signed) => {
    verified++;
    return nodeCrypto.verifySignature(...signed);
  },
};
beforeEach(() => {
  delegates = createDelegateMemory();
  verified = 0;
});

function judge(response: Uint8Array, about = ca, at = NOW): string {
  const { issuer, leaf } = generations.get(about) as {
    issuer: ReturnType<typeof issuerOf>;
    leaf: ReturnType<typeof leafOf>;
  };
  verified = 0;
  const rules = { at, maxAgeSeconds: 3600, clockSkewSeconds: 0, crypto: counting, delegates };
  const outcome = concludeFromOcsp({ response, certificate: leaf, issuer, ...rules });
  return isRefusal(outcome) ? outcome.refused : outcome.says.status;
}

describe('a remembered delegate', () => {
  it('has its signature verified once, its responses each time', () => {
    expect([judge(respond(delegate)), verified]).toEqual(['good', 2]);
    expect([judge(respond(delegate)), verified]).toEqual(['good', 1]);
    expect([judge(respond(delegate, ca, holder)), verified]).toEqual(['responder-not-authorised', 0]);
  });

  it('speaks no longer than it is valid', () => {
    const expiring = delegateOf({ notBefore: NOW - HOUR, notAfter: NOW + HOUR });
    expect(judge(respond(expiring))).toBe('good');
    expect(judge(respond(expiring), ca, NOW + HOUR)).toBe('good');
    expect(judge(respond(expiring), ca, NOW + HOUR + 1)).toBe('responder-not-authorised');
    expect(judge(respond(expiring), ca, NOW - HOUR - 1)).toBe('responder-not-authorised');
  });

  it('speaks for no other key of the same name', () => {
    expect(judge(respond(delegate))).toBe('good');
    expect([judge(respond(delegate, otherCa), otherCa), verified]).toEqual(['responder-not-authorised', 1]);
    expect([judge(respond(delegate)), verified]).toEqual(['good', 1]);
  });

  it('is its very octets: not one of its signature may differ', () => {
    expect(judge(respond(delegate))).toBe('good');
    const altered = new Uint8Array(delegate);
    altered[altered.length - 1] = (altered.at(-1) as number) ^ 1;
    expect(judge(respond(altered))).toBe('responder-not-authorised');
  });

  it('outlives the octets that it came in', () => {
    const response = respond(delegate);
    expect(judge(response)).toBe('good');
    response.fill(0);
    expect([judge(respond(delegate)), verified]).toEqual(['good', 1]);
  });
});

describe('is not remembered', () => {
  const remembers = (certificate: Uint8Array): boolean => delegates.find(certificate) !== undefined;

  it('what was not accepted: a certificate of a person, by the same key', () => {
    const person = compose.composeCertificate({ subject: holder, issuer: ca, serial: SERIAL });
    expect(judge(respond(person, ca, holder))).toBe('responder-not-authorised');
    expect(remembers(person)).toBe(false);
  });

  it('a delegate whose response is not by it', () => {
    const pretender = { ...responder, privateKey: holder.privateKey };
    expect(judge(respond(delegate, ca, pretender))).toBe('wrong-signature');
    expect(remembers(delegate)).toBe(false);
    judge(respond(delegate));
    expect(remembers(delegate)).toBe(true);
  });

  it('more than eight: the first goes', () => {
    const many = Array.from({ length: 9 }, (_, i) => delegateOf({ serial: 100 + i }));
    for (const one of many) expect(judge(respond(one))).toBe('good');
    expect(many.map(remembers)).toEqual([false, ...Array<boolean>(8).fill(true)]);
  });
});
