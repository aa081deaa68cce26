import { createHash } from 'node:crypto';
import { mkdtempSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { decodeCertificate } from '../../../src/core/x509/decode-certificate.ts';
import { issuerKeyOf } from '../../../src/core/x509/path/issuer-key.ts';
import { concludeFromCrls } from '../../../src/gateway/jlis/conclude-from-crls.ts';
import {
  createDirectoryCrlSource,
  type DirectoryCrlSource,
  noCrlSource,
} from '../../../src/gateway/jlis/directory-crl-source.ts';
import { nodeCrypto } from '../../../src/platform/crypto.ts';
import type { Log, LogFacts } from '../../../src/platform/log.ts';
import * as compose from '../../core/revocation/compose.ts';
import { DAY, HOUR, NOW } from '../../core/revocation/compose.ts';
import { ca, crlOf, issuer, leaf, nakaku, revoked, tsukuba } from './world.ts';

let directory: string;
let lines: { event: string; facts: LogFacts | undefined }[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'crl-'));
  lines = [];
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const write = (event: string, facts?: LogFacts): void => {
  lines.push({ event, facts });
};
const log: Log = { debug: write, info: write, warn: write, error: write };

const points = leaf().extensions.cRLDistributionPoints ?? [];
const spkiSha256 = createHash('sha256').update(issuer.subjectPublicKeyInfo.der).digest('hex');

function source(options: Partial<Parameters<typeof createDirectoryCrlSource>[0]> = {}): DirectoryCrlSource {
  return createDirectoryCrlSource({ directory, issuers: [issuer], undivided: [], crypto: nodeCrypto, log, ...options });
}

function put(name: string, content: Uint8Array | string): void {
  writeFileSync(join(directory, `${name}.tmp`), content);
  renameSync(join(directory, `${name}.tmp`), join(directory, name));
}

/** Names of the files whose CRLs are offered, or the code where there are none. */
async function offered(crls: DirectoryCrlSource, of = points): Promise<readonly string[]> {
  await crls.refresh();
  return (await crls.loadCrls(issuer, of)).map((one) => (one.ok ? one.source : one.code));
}

function pem(...crls: readonly Uint8Array[]): string {
  return crls
    .map((der) => {
      const lines =
        Buffer.from(der)
          .toString('base64')
          .match(/.{1,64}/g) ?? [];
      return `-----BEGIN X509 CRL-----\n${lines.join('\n')}\n-----END X509 CRL-----\n`;
    })
    .join('');
}

describe('what the directory holds', () => {
  it('is found by CA key and distribution point, whatever the names', async () => {
    put('tsukuba.crl', crlOf());
    put('naka.der', crlOf({}, tsukuba));
    expect(await offered(source())).toEqual(['tsukuba.crl']);
  });

  it('*.crl, *.der and *.pem, in DER or PEM; others are left alone', async () => {
    put('a.crl', pem(crlOf()));
    put('b.DER', crlOf());
    put('c.pem', crlOf());
    put('d.txt', crlOf());
    put('e', crlOf());
    expect([...(await offered(source()))].sort()).toEqual(['a.crl', 'b.DER', 'c.pem']);
  });

  it('several CRLs in one PEM file', async () => {
    put('all.pem', pem(crlOf({}, tsukuba), crlOf()));
    const crls = source();
    expect(await offered(crls)).toEqual(['all.pem']);
    expect(crls.describeCrls()).toHaveLength(2);
  });

  it('an equal name in another encoding', async () => {
    put('a.crl', crlOf({}, compose.directoryName(compose.composeName('YOKOHAMA-SHI-NAKA-KU CRLDP', 0x13))));
    expect(await offered(source())).toEqual(['a.crl']);
  });

  it('lists without distribution point, beside those with it, newest first', async () => {
    put('a.crl', crlOf({ thisUpdate: NOW - 3 * HOUR }));
    put('b.crl', crlOf({ thisUpdate: NOW - 2 * HOUR, extensions: [] }));
    put('c.crl', crlOf({ thisUpdate: NOW - HOUR }));
    expect(await offered(source())).toEqual(['c.crl', 'b.crl', 'a.crl']);
  });

  it('a list that names the CA, for a certificate without distribution point', async () => {
    put('a.crl', crlOf({}, compose.directoryName(ca.name)));
    put('b.crl', crlOf());
    expect(await offered(source(), [])).toEqual(['a.crl']);
  });

  it('is undivided where the setting names the CA key', async () => {
    put('a.crl', crlOf({ extensions: [] }));
    const undivided = async (...keys: readonly string[]): Promise<unknown> => {
      const crls = source({ undivided: keys.map((key) => ({ spkiSha256: key })) });
      return (await crls.loadCrls(issuer, points)).map((one) => one.ok && one.undivided);
    };
    expect(await undivided()).toEqual([false]);
    expect(await undivided('00'.repeat(32))).toEqual([false]);
    expect(await undivided(spkiSha256.toUpperCase())).toEqual([true]);
  });

  it('nothing for the distribution point, nothing at all', async () => {
    expect(await offered(source())).toEqual(['no-crl-for-distribution-point']);
    put('a.crl', crlOf({}, tsukuba));
    expect(await offered(source())).toEqual(['no-crl-for-distribution-point']);
  });

  it('another generation of the CA has lists of its own', async () => {
    const next = compose.createParty('Sandbox CA');
    const nextKey = issuerKeyOf(decodeCertificate(compose.composeCertificate({ subject: next, issuer: next })));
    put('first.crl', crlOf());
    put('next.crl', crlOf({ issuer: next }));
    const crls = source({ issuers: [issuer, nextKey] });
    expect(await offered(crls)).toEqual(['first.crl']);
    expect((await crls.loadCrls(nextKey, points)).map(({ source: file }) => file)).toEqual(['next.crl']);
  });

  it('is described for those who run the service', async () => {
    put('a.crl', crlOf({ entries: [revoked] }));
    const crls = source();
    expect(crls.describeCrls()).toEqual([]);
    await crls.refresh();
    expect(crls.describeCrls()).toEqual([
      { source: 'a.crl', thisUpdate: NOW - HOUR, nextUpdate: NOW + DAY, entryCount: 1 },
    ]);
  });
});

describe('what cannot be used', () => {
  it.each<[string, Uint8Array | string, string]>([
    ['no CRL', 'hello', 'malformed'],
    ['an empty file', '', 'malformed'],
    ['a certificate in PEM', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n', 'malformed'],
    ['PEM that is cut off', pem(crlOf()).slice(0, 200), 'malformed'],
    ['a CRL that is cut off', crlOf().subarray(0, 100), 'malformed'],
    ['a CRL of a stranger', crlOf({ issuer: compose.createParty('Stranger') }), 'wrong-issuer'],
    ['a CRL of another key', crlOf({ issuer: compose.createParty('Sandbox CA') }), 'wrong-signature'],
    ['a good CRL beside a broken one', pem(crlOf(), Uint8Array.of(0x30, 0)), 'malformed'],
  ])('%s is refused and said', async (_, content, code) => {
    put('a.crl', content);
    put('b.crl', crlOf());
    expect(await offered(source())).toEqual(['b.crl']);
    const refusals = lines.filter(({ event }) => event === 'crl.refused');
    expect(refusals.map(({ facts }) => [facts?.file, facts?.code])).toEqual([['a.crl', code]]);
  });

  it('a directory called *.crl is no file', async () => {
    const { mkdirSync } = await import('node:fs');
    mkdirSync(join(directory, 'a.crl'));
    expect(await offered(source())).toEqual(['no-crl-for-distribution-point']);
  });

  it('a directory that is not there', async () => {
    const crls = source({ directory: join(directory, 'gone') });
    expect(await crls.refresh()).toBe(false);
    expect(await crls.loadCrls(issuer, points)).toMatchObject([
      { ok: false, source: 'gone', code: 'connection-failed' },
    ]);
  });

  it('a directory that is still being read: a load does not wait for ever', async () => {
    const der = crlOf();
    for (let i = 0; i < 200; i++) put(`${i}.crl`, der);
    const crls = source({ waitMs: 1 });
    expect(await crls.loadCrls(issuer, points)).toMatchObject([{ ok: false, code: 'timeout' }]);
    expect(await offered(crls)).toHaveLength(200);
  });

  it('a directory that goes away: what was read stays until it is stale, and the loss is said', async () => {
    put('a.crl', crlOf());
    const crls = source();
    expect(await offered(crls)).toEqual(['a.crl']);
    rmSync(directory, { recursive: true });
    expect(await offered(crls)).toEqual(['a.crl', 'connection-failed']);
  });
});

describe('change', () => {
  it('a file replaced by rename is read again', async () => {
    put('a.crl', crlOf());
    const crls = source();
    await crls.refresh();
    put('a.crl', crlOf({ thisUpdate: NOW, entries: [revoked] }));
    await crls.refresh();
    expect(crls.describeCrls()).toMatchObject([{ thisUpdate: NOW, entryCount: 1 }]);
  });

  it('without being told: at the next load a second later', async () => {
    put('a.crl', crlOf());
    const crls = source();
    await crls.loadCrls(issuer, points);
    put('a.crl', crlOf({ thisUpdate: NOW }));
    const { setTimeout: wait } = await import('node:timers/promises');
    await wait(1050);
    await crls.loadCrls(issuer, points);
    expect(crls.describeCrls()).toMatchObject([{ thisUpdate: NOW }]);
  });

  it('a file that has not changed is not read again', async () => {
    put('a.crl', crlOf());
    const crls = source();
    await crls.refresh();
    put('b.crl', crlOf({}, tsukuba));
    await crls.refresh();
    const loaded = lines.filter(({ event }) => event === 'crl.loaded').map(({ facts }) => facts?.file);
    expect(loaded).toEqual(['a.crl', 'b.crl']);
  });

  it('a file that is gone is forgotten', async () => {
    put('a.crl', crlOf());
    const crls = source();
    await crls.refresh();
    unlinkSync(join(directory, 'a.crl'));
    expect(await offered(crls)).toEqual(['no-crl-for-distribution-point']);
  });

  it('a broken file does not replace the good one that it was', async () => {
    put('a.crl', crlOf());
    const crls = source();
    await crls.refresh();
    for (const broken of [crlOf({ issuer: compose.createParty('Stranger') }), 'hello', '']) {
      put('a.crl', broken);
      expect(await offered(crls)).toEqual(['a.crl']);
    }
    put('a.crl', crlOf({ thisUpdate: NOW }));
    await crls.refresh();
    expect(crls.describeCrls()).toMatchObject([{ thisUpdate: NOW }]);
  });

  it('a hundred loads at once look at the directory once', async () => {
    put('a.crl', crlOf());
    const crls = source();
    const loads = await Promise.all(Array.from({ length: 100 }, () => crls.loadCrls(issuer, points)));
    expect(loads.every(([one]) => one?.ok)).toBe(true);
    expect(lines.filter(({ event }) => event === 'crl.loaded')).toHaveLength(1);
  });
});

describe('an older list in place of its successor', () => {
  const newer = crlOf({ entries: [revoked] });
  const older = crlOf({ thisUpdate: NOW - 2 * HOUR });
  const conclude = async (crls: DirectoryCrlSource, at = NOW) => {
    await crls.refresh();
    const { status, attempts } = await concludeFromCrls(crls, leaf(), issuer, {
      at,
      crlMaxAgeSeconds: 86_400,
      clockSkewSeconds: 60,
    });
    return [status, attempts.map(({ refusal }) => refusal?.refused ?? null)];
  };

  it('says good to nobody, under the same name or another', async () => {
    const crls = source();
    put('a.crl', newer);
    expect(await conclude(crls)).toEqual(['revoked', [null]]);
    put('a.crl', older);
    expect(await conclude(crls)).toEqual(['undetermined', ['superseded']]);
    unlinkSync(join(directory, 'a.crl'));
    put('b.pem', pem(older));
    expect(await conclude(crls)).toEqual(['undetermined', ['superseded']]);
    put('c.crl', crlOf({ thisUpdate: NOW - HOUR / 2 }));
    expect(await conclude(crls)).toEqual(['good', [null, 'superseded']]);
  });

  it('still proves a revocation', async () => {
    const crls = source();
    put('a.crl', crlOf());
    expect(await conclude(crls)).toEqual(['good', [null]]);
    put('a.crl', crlOf({ thisUpdate: NOW - 2 * HOUR, entries: [revoked] }));
    expect(await conclude(crls)).toEqual(['revoked', [null]]);
  });

  it('is not what a list of another scope, a delta or a list from the future makes of it', async () => {
    const crls = source();
    put('a.crl', older);
    put('b.crl', crlOf({}, tsukuba));
    put('c.crl', crlOf({ thisUpdate: NOW + HOUR, nextUpdate: NOW + DAY }));
    const number = compose.crlNumber(8);
    const deltaIndicator = compose.extension('2.5.29.27', compose.integer(7), true);
    const point = compose.issuingDistributionPoint(compose.fullName(nakaku));
    put('d.crl', crlOf({ extensions: [point, number, deltaIndicator] }));
    expect(await conclude(crls)).toEqual(['good', ['not-yet-valid', 'delta', null]]);
    // its time has come
    expect(await conclude(crls, NOW + 2 * HOUR)).toEqual(['good', [null, 'delta', 'superseded']]);
  });
});

it('noCrlSource says that nothing is configured', async () => {
  expect(await noCrlSource.loadCrls(issuer, points)).toMatchObject([{ ok: false, code: 'not-configured' }]);
});

it('logs no distribution point and no serial number', async () => {
  put('a.crl', crlOf({ entries: [revoked] }));
  put('b.crl', 'hello');
  await source().refresh();
  const text = JSON.stringify(lines).toLowerCase();
  expect(text).toContain('crl.loaded');
  expect(text).not.toContain('naka-ku');
  expect(text).not.toContain('0132c4ab');
});
