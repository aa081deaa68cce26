import { describe, expect, it } from '@jest/globals';
import { encodeOctetString } from '../../../src/core/der/writer.ts';
import { authenticateCrl } from '../../../src/core/revocation/authenticate-crl.ts';
import { decodeCrl } from '../../../src/core/revocation/decode-crl.ts';
import { isRefusal } from '../../../src/core/revocation/evidence.ts';
import { decodeCertificate } from '../../../src/core/x509/decode-certificate.ts';
import {
  createRevocationGateway,
  type RevocationGatewayOptions,
  type RevocationMethod,
  type RevocationQuestion,
} from '../../../src/gateway/jlis/gather-revocation.ts';
import type { CrlLoaded, CrlSource, Fetched, OcspSource } from '../../../src/gateway/jlis/revocation-sources.ts';
import { nodeCrypto } from '../../../src/platform/crypto.ts';
import * as compose from '../../core/revocation/compose.ts';
import { DAY, HOUR, NOW } from '../../core/revocation/compose.ts';
import { ca, crlOf, issuer, leaf, pathTo, revoked, SERIAL, tsukuba } from './world.ts';

const path = pathTo(leaf());
const certId = compose.composeCertId({ issuer: ca, serial: SERIAL });
const single = (certStatus: Uint8Array = compose.GOOD): Uint8Array =>
  compose.composeSingleResponse({ certId, certStatus, nextUpdate: NOW + HOUR });
type ResponseOptions = Partial<Parameters<typeof compose.composeOcspResponse>[0]>;
const respond = (options: ResponseOptions = {}): Uint8Array =>
  compose.composeOcspResponse({ signer: ca, responses: [single()], ...options });

/** A hand-written source: the answer, and what was asked. */
function ocspOf(
  answer: Fetched | Uint8Array | ((request: Uint8Array) => Uint8Array),
): OcspSource & { asked: Uint8Array[] } {
  const asked: Uint8Array[] = [];
  return {
    asked,
    async fetchOcspResponse(_, request) {
      asked.push(request);
      const given = typeof answer === 'function' ? answer(request) : answer;
      return given instanceof Uint8Array ? { ok: true, source: 'ocsp.example', bytes: given } : given;
    },
  };
}

function load(der: Uint8Array, undivided = false): CrlLoaded {
  const crl = authenticateCrl(decodeCrl(der), issuer, nodeCrypto);
  if (isRefusal(crl)) throw new Error(crl.detail);
  return { ok: true, source: 'a.crl', crl, undivided };
}

function crlsOf(...crls: readonly CrlLoaded[]): CrlSource & { loads: number } {
  return {
    loads: 0,
    async loadCrls() {
      this.loads++;
      return crls;
    },
  };
}

const noAnswer: Fetched = { ok: false, source: 'ocsp.example', code: 'timeout', detail: 'nothing came' };

function gather(
  method: RevocationMethod,
  sources: Partial<RevocationGatewayOptions>,
  question: Partial<RevocationQuestion> = {},
) {
  const gateway = createRevocationGateway({
    ocsp: ocspOf(noAnswer),
    crls: crlsOf(),
    crypto: nodeCrypto,
    certIdHash: 'SHA-1',
    nonce: 'none',
    randomBytes: (length) => new Uint8Array(length).fill(7),
    ...sources,
  });
  return gateway.gatherRevocation({
    method,
    path,
    kind: 'digital-signature',
    at: NOW,
    ocspMaxAgeSeconds: 3600,
    crlMaxAgeSeconds: 129_600,
    clockSkewSeconds: 0,
    ...question,
  });
}

describe('ocsp', () => {
  it('good, with the evidence, its octets and the attempt', async () => {
    const response = respond();
    const findings = await gather('ocsp', { ocsp: ocspOf(response) });
    expect(findings).toMatchObject({
      status: 'good',
      evidence: { method: 'ocsp', says: { status: 'good' } },
      attempts: [
        { method: 'ocsp', source: 'ocsp.example', outcome: 'accepted', refusal: null, thisUpdate: NOW - 60_000 },
      ],
    });
    expect(findings.ocspResponse).toBe(response);
    expect(findings.attempts[0]?.ageSeconds).toBeGreaterThanOrEqual(60);
  });

  it('revoked and unknown are the responder’s words', async () => {
    const answer = (status: Uint8Array) => gather('ocsp', { ocsp: ocspOf(respond({ responses: [single(status)] })) });
    expect(await answer(compose.revokedAt(NOW - DAY, 1))).toMatchObject({ status: 'revoked' });
    expect(await answer(compose.UNKNOWN)).toMatchObject({
      status: 'unknown',
      evidence: { says: { status: 'unknown' } },
    });
  });

  it('no answer, or one that is refused, is undetermined', async () => {
    expect(await gather('ocsp', {})).toEqual({
      status: 'undetermined',
      evidence: null,
      attempts: [
        {
          method: 'ocsp',
          source: 'ocsp.example',
          outcome: 'refused',
          refusal: { refused: 'timeout', detail: 'nothing came' },
          thisUpdate: null,
          ageSeconds: null,
        },
      ],
    });
    const refused = await gather('ocsp', { ocsp: ocspOf(compose.composeFailure(3)) });
    expect(refused).toMatchObject({ status: 'undetermined', attempts: [{ refusal: { refused: 'responder-error' } }] });
    expect(refused.ocspResponse).toBeUndefined();
  });

  it('does not ask for CRLs', async () => {
    const crls = crlsOf(load(crlOf()));
    await gather('ocsp', { crls });
    expect(crls.loads).toBe(0);
  });

  it('asks by the hash that is set', async () => {
    const ocsp = ocspOf(respond());
    await gather('ocsp', { ocsp });
    await gather('ocsp', { ocsp, certIdHash: 'SHA-256' });
    const [sha1 = '', sha256 = ''] = ocsp.asked.map((request) => Buffer.from(request).toString('hex'));
    expect(sha1).toContain(Buffer.from(certId).toString('hex'));
    const bySha256 = compose.composeCertId({ issuer: ca, serial: SERIAL, hash: 'sha256' });
    expect(sha256).toContain(Buffer.from(bySha256).toString('hex'));
  });

  it('a response made while we waited is not from the future', async () => {
    const ocsp: OcspSource = {
      async fetchOcspResponse() {
        await new Promise((resolve) => setTimeout(resolve, 1100));
        const responses = [compose.composeSingleResponse({ certId, thisUpdate: NOW + 1000, nextUpdate: NOW + HOUR })];
        return { ok: true, source: 'x', bytes: respond({ responses, producedAt: NOW + 1000 }) };
      },
    };
    expect(await gather('ocsp', { ocsp })).toMatchObject({ status: 'good' });
    const early = respond({ producedAt: NOW + HOUR });
    expect(await gather('ocsp', { ocsp: ocspOf(early) })).toMatchObject({ status: 'undetermined' });
  });
});

describe('nonce', () => {
  const nonce = new Uint8Array(32).fill(7);
  const echo = compose.extension('1.3.6.1.5.5.7.48.1.2', encodeOctetString(nonce));
  const replayed = compose.extension('1.3.6.1.5.5.7.48.1.2', encodeOctetString(new Uint8Array(32).fill(8)));
  const status = async (setting: 'none' | 'send' | 'require', ...extensions: readonly Uint8Array[]) => {
    const ocsp = ocspOf(respond({ extensions }));
    const findings = await gather('ocsp', { ocsp, nonce: setting });
    const sent = Buffer.from(ocsp.asked[0] ?? []).includes(Buffer.from(nonce));
    return [findings.status, findings.attempts[0]?.refusal?.refused ?? null, sent];
  };

  it('none, send, require', async () => {
    expect(await status('none')).toEqual(['good', null, false]);
    expect(await status('none', replayed)).toEqual(['good', null, false]);
    expect(await status('send')).toEqual(['good', null, true]);
    expect(await status('send', echo)).toEqual(['good', null, true]);
    expect(await status('send', replayed)).toEqual(['undetermined', 'nonce-mismatch', true]);
    expect(await status('require')).toEqual(['undetermined', 'nonce-mismatch', true]);
    expect(await status('require', echo)).toEqual(['good', null, true]);
    expect(await status('require', replayed)).toEqual(['undetermined', 'nonce-mismatch', true]);
  });
});

describe('a delegate without id-pkix-ocsp-nocheck', () => {
  const responder = compose.createParty('Sandbox OCSP');
  const delegate = compose.composeCertificate({
    subject: responder,
    issuer: ca,
    serial: 99,
    extensions: [
      compose.extKeyUsage(compose.OCSP_SIGNING),
      compose.distributionPoints(compose.fullName(compose.directoryName(ca.name))),
    ],
  });
  const ocsp = () => ocspOf(respond({ signer: responder, certificates: [delegate] }));
  const crl = (...entries: readonly Uint8Array[]) => load(crlOf({ entries }, compose.directoryName(ca.name)));
  const outcome = async (crls: CrlSource) => {
    const { status, attempts } = await gather('ocsp', { ocsp: ocsp(), crls });
    return [status, attempts[0]?.refusal?.refused ?? null];
  };

  it('counts when an accepted CRL shows it good', async () => {
    expect(await outcome(crlsOf(crl()))).toEqual(['good', null]);
  });

  it('has the list that showed it good kept with the answer, and no list where none was needed', async () => {
    const list = crl();
    const { supportingCrls, ocspResponse } = await gather('ocsp', { ocsp: ocsp(), crls: crlsOf(list) });
    expect(supportingCrls).toEqual([list.ok && list.crl.crl.der]);
    expect(ocspResponse).toBeDefined();
    const own = await gather('ocsp', { ocsp: ocspOf(respond()), crls: crlsOf(list) });
    expect([own.status, own.supportingCrls]).toEqual(['good', undefined]);
  });

  it('does not count when it is revoked, or nothing is known', async () => {
    expect(await outcome(crlsOf(crl(compose.crlEntry(99))))).toEqual(['undetermined', 'responder-not-authorised']);
    expect(await outcome(crlsOf())).toEqual(['undetermined', 'responder-revocation-unknown']);
    expect(await outcome(crlsOf(load(crlOf())))).toEqual(['undetermined', 'responder-revocation-unknown']);
    const stale = load(crlOf({ nextUpdate: NOW - 1000 }, compose.directoryName(ca.name)));
    expect(await outcome(crlsOf(stale))).toEqual(['undetermined', 'responder-revocation-unknown']);
  });

  it('asks the CRLs about the delegate’s distribution point', async () => {
    const asked: unknown[] = [];
    const crls: CrlSource = {
      async loadCrls(key, points) {
        asked.push([key, points]);
        return [];
      },
    };
    await gather('ocsp', { ocsp: ocsp(), crls });
    expect(asked).toEqual([[path.issuer, decodeCertificate(delegate).extensions.cRLDistributionPoints]]);
  });
});

describe('crl', () => {
  it('good, with the number and the age of the CRL', async () => {
    expect(await gather('crl', { crls: crlsOf(load(crlOf())) })).toMatchObject({
      status: 'good',
      evidence: { method: 'crl', crlNumber: '7' },
      attempts: [
        {
          method: 'crl',
          source: 'a.crl',
          outcome: 'accepted',
          refusal: null,
          thisUpdate: NOW - HOUR,
          ageSeconds: 3600,
        },
      ],
    });
  });

  it('a list that is refused is an attempt with its age', async () => {
    const findings = await gather('crl', { crls: crlsOf(load(crlOf({ nextUpdate: NOW - 1000 }))) });
    expect(findings).toMatchObject({
      status: 'undetermined',
      evidence: null,
      attempts: [{ outcome: 'refused', refusal: { refused: 'stale' }, thisUpdate: NOW - HOUR, ageSeconds: 3600 }],
    });
  });

  it('one proof of revocation outweighs any number of good lists, in any order', async () => {
    const proof = load(crlOf({ entries: [revoked], extensions: [] }));
    for (const crls of [crlsOf(load(crlOf()), proof), crlsOf(proof, load(crlOf()))]) {
      const findings = await gather('crl', { crls });
      expect(findings).toMatchObject({ status: 'revoked', evidence: { says: { reason: 'affiliationChanged' } } });
      expect(findings.attempts.map(({ outcome }) => outcome)).toEqual(['accepted', 'accepted']);
    }
  });

  it('the newest good list is the evidence', async () => {
    const crls = crlsOf(load(crlOf({ thisUpdate: NOW - 1000 })), load(crlOf({ thisUpdate: NOW - HOUR })));
    expect((await gather('crl', { crls })).evidence?.thisUpdate).toBe(NOW - 1000);
  });

  it('no list, lists of others', async () => {
    expect(await gather('crl', {})).toMatchObject({ status: 'undetermined', attempts: [] });
    const findings = await gather('crl', { crls: crlsOf(load(crlOf({}, tsukuba)), load(crlOf({ extensions: [] }))) });
    expect(findings.status).toBe('undetermined');
    expect(findings.attempts.map(({ refusal }) => refusal?.refused)).toEqual(['out-of-scope', 'not-undivided']);
  });

  it('a list without issuingDistributionPoint, from an undivided source', async () => {
    expect(await gather('crl', { crls: crlsOf(load(crlOf({ extensions: [] }), true)) })).toMatchObject({
      status: 'good',
    });
  });

  it('does not ask OCSP, and gives no response', async () => {
    const ocsp = ocspOf(respond());
    const findings = await gather('crl', { ocsp, crls: crlsOf(load(crlOf())) });
    expect(ocsp.asked).toEqual([]);
    expect('ocspResponse' in findings).toBe(false);
  });
});

describe('ocsp-then-crl', () => {
  it('falls through when OCSP leaves it undetermined, and both attempts stand', async () => {
    const findings = await gather('ocsp-then-crl', { crls: crlsOf(load(crlOf())) });
    expect(findings).toMatchObject({ status: 'good', evidence: { method: 'crl' } });
    expect(findings.attempts.map(({ method, outcome }) => [method, outcome])).toEqual([
      ['ocsp', 'refused'],
      ['crl', 'accepted'],
    ]);
    expect(findings.attempts[1]?.ageSeconds).toBe(3600);
  });

  it('falls to revoked, and to undetermined', async () => {
    const byCrl = (crls: CrlSource) => gather('ocsp-then-crl', { crls });
    expect(await byCrl(crlsOf(load(crlOf({ entries: [revoked] }))))).toMatchObject({ status: 'revoked' });
    expect(await byCrl(crlsOf())).toMatchObject({ status: 'undetermined', evidence: null });
  });

  it.each([
    ['good', compose.GOOD],
    ['revoked', compose.revokedAt(NOW - DAY)],
    ['unknown', compose.UNKNOWN],
  ])('a signed %s is final', async (status, certStatus) => {
    const crls = crlsOf(load(crlOf()));
    const ocsp = ocspOf(respond({ responses: [single(certStatus)] }));
    expect(await gather('ocsp-then-crl', { ocsp, crls })).toMatchObject({ status, evidence: { method: 'ocsp' } });
    expect(crls.loads).toBe(0);
  });
});

describe('a CA between root and leaf', () => {
  const middle = compose.createParty('Middle CA');
  const middleCertificate = decodeCertificate(
    compose.composeCertificate({
      subject: middle,
      issuer: ca,
      serial: 77,
      extensions: [
        compose.keyUsage(5, 6),
        compose.basicConstraintsCa,
        compose.distributionPoints(compose.fullName(compose.directoryName(ca.name))),
      ],
    }),
  );
  const below = decodeCertificate(
    compose.composeCertificate({ subject: compose.createParty('Below'), issuer: middle, serial: SERIAL }),
  );
  const longPath = pathTo(below, middleCertificate);
  const response = compose.composeOcspResponse({
    signer: middle,
    responses: [
      compose.composeSingleResponse({
        certId: compose.composeCertId({ issuer: middle, serial: SERIAL }),
        nextUpdate: NOW + HOUR,
      }),
    ],
  });
  const about = (...entries: readonly Uint8Array[]) => crlsOf(load(crlOf({ entries }, compose.directoryName(ca.name))));

  it('has to be shown good before the leaf is asked about', async () => {
    expect(longPath.certificates).toHaveLength(2);
    const ask = async (crls: CrlSource) => {
      const ocsp = ocspOf(response);
      const { status } = await gather('ocsp', { ocsp, crls }, { path: longPath });
      return [status, ocsp.asked.length];
    };
    expect(await ask(about())).toEqual(['good', 1]);
    expect(await ask(about(compose.crlEntry(77)))).toEqual(['undetermined', 0]);
    expect(await ask(crlsOf())).toEqual(['undetermined', 0]);
  });

  it('has the list that showed it good kept with the answer', async () => {
    const { supportingCrls } = await gather('ocsp', { ocsp: ocspOf(response), crls: about() }, { path: longPath });
    expect(supportingCrls).toHaveLength(1);
  });
});

it('findings name no serial number and no distribution point', async () => {
  const findings = await gather('ocsp-then-crl', { crls: crlsOf(load(crlOf({}, tsukuba))) });
  const text = JSON.stringify(findings.attempts).toLowerCase();
  expect(text).not.toContain(SERIAL.toString(16));
  expect(text).not.toContain('crldp');
});
