import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StartRefused } from '../../src/platform/start-refused.ts';
import {
  decodeTrustAnchors,
  loadTrustAnchors,
  loadTsaTrustAnchors,
  unpinnedWarnings,
} from '../../src/platform/trust-anchors.ts';
import { readFixture } from '../fixtures.ts';

const der = readFixture('root-digital-signature-1.crt');
const other = readFixture('root-user-authentication-1.crt');
const pemOf = (octets: Uint8Array) =>
  `-----BEGIN CERTIFICATE-----\n${Buffer.from(octets)
    .toString('base64')
    .replaceAll(/(.{64})/g, '$1\n')}\n-----END CERTIFICATE-----\n`;
const sha256 = (octets: Uint8Array) => createHash('sha256').update(octets).digest('hex');

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'jpki-anchors-'));
});
afterEach(() => rm(directory, { recursive: true }));

const put = (name: string, content: string | Uint8Array) => writeFile(join(directory, name), content);
async function sentencesOf(work: Promise<unknown>): Promise<readonly string[]> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof StartRefused)) throw new Error('was not refused');
  return error.sentences;
}

describe('a file of trust anchors', () => {
  it('is one certificate in DER, or any number in PEM between other text', () => {
    expect(decodeTrustAnchors(der)).toHaveLength(1);
    const bundle = Buffer.from(`subject=…\r\n${pemOf(der)}issuer=…\n${pemOf(other)}`.replaceAll('\n', '\r\n'));
    expect(decodeTrustAnchors(bundle).map((anchor) => sha256(anchor.der))).toEqual([sha256(der), sha256(other)]);
  });

  it('with one block cut short or spoilt holds none, not the rest', () => {
    const whole = pemOf(other);
    expect(decodeTrustAnchors(Buffer.from(`${pemOf(der).slice(0, 400)}\n${whole}`))).toEqual([]);
    expect(decodeTrustAnchors(Buffer.from(`${whole}${pemOf(der).slice(0, 400)}`))).toEqual([]);
    expect(decodeTrustAnchors(Buffer.from(`${pemOf(der).replace('MII', 'M!I')}${whole}`))).toEqual([]);
  });
});

describe('a directory of trust anchors', () => {
  it('is read by the endings of its files, in DER and PEM', async () => {
    await Promise.all([put('a.CER', der), put('b.pem', pemOf(other)), put('README.txt', 'roots'), put('c.key', 'x')]);
    expect((await loadTrustAnchors(directory, 'accepted')).certificates).toHaveLength(2);
  });

  it('is refused with every file named that holds no whole certificate', async () => {
    await Promise.all([put('a.pem', 'junk'), put('b.cer', new Uint8Array()), put('c.crt', der.slice(0, -1))]);
    await Promise.all([mkdir(join(directory, 'd.pem')), put('e.pem', pemOf(der).slice(0, 300)), put('f.crt', der)]);
    const sentences = await sentencesOf(loadTrustAnchors(directory, 'accepted'));
    expect(sentences.map((sentence) => sentence.split(' ')[0])).toEqual(['a.pem', 'b.cer', 'c.crt', 'd.pem', 'e.pem']);
  });

  it('is refused when empty or missing', async () => {
    expect(await sentencesOf(loadTrustAnchors(directory, 'accepted'))).toEqual([expect.stringMatching(/holds no \*/)]);
    const missing = join(directory, 'none');
    expect(await sentencesOf(loadTrustAnchors(missing, 'accepted'))).toEqual([expect.stringMatching(/cannot be read/)]);
  });

  it('names each anchor that no pin knows by its fingerprint, refused or accepted', async () => {
    await Promise.all([put('a.crt', der), put('b.crt', other)]);
    const refused = await sentencesOf(loadTrustAnchors(directory, 'refused'));
    const warnings = unpinnedWarnings(await loadTrustAnchors(directory, 'accepted'));
    for (const sentences of [refused, warnings]) {
      expect(sentences).toEqual([expect.stringContaining(sha256(der)), expect.stringContaining(sha256(other))]);
    }
  });
});

describe('whom one trusts to stamp the time', () => {
  it('is a file, or a directory', async () => {
    await put('tsa.txt', `${pemOf(der)}${pemOf(other)}`);
    expect(await loadTsaTrustAnchors(join(directory, 'tsa.txt'))).toHaveLength(2);
    await put('a.pem', pemOf(der));
    expect(await loadTsaTrustAnchors(directory)).toHaveLength(1);
  });

  it('is told by its setting where it is not there', async () => {
    expect(await sentencesOf(loadTsaTrustAnchors(directory))).toEqual([
      expect.stringMatching(/^TSA_TRUST_ANCHORS holds no \*\.pem/),
    ]);
    await put('junk.pem', 'junk');
    expect(await sentencesOf(loadTsaTrustAnchors(directory))).toEqual([
      expect.stringMatching(/^junk\.pem in TSA_TRUST_ANCHORS holds no whole certificate/),
    ]);
    expect(await sentencesOf(loadTsaTrustAnchors(join(directory, 'junk.pem')))).toEqual([
      expect.stringMatching(/^TSA_TRUST_ANCHORS holds no whole certificate/),
    ]);
    expect(await sentencesOf(loadTsaTrustAnchors(join(directory, 'none')))).toEqual([
      expect.stringMatching(/^TSA_TRUST_ANCHORS cannot be read/),
    ]);
  });
});
