import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DecodeError } from '../core/der/decode-error.ts';
import { buildTrustAnchors, type TrustAnchors } from '../core/jpki/trust-anchors.ts';
import type { Certificate } from '../core/x509/certificate.ts';
import { decodeCertificate } from '../core/x509/decode-certificate.ts';
import { nodeCrypto } from './crypto.ts';
import { StartRefused } from './start-refused.ts';

const PEM_BEGIN = '-----BEGIN ';
const PEM_CERTIFICATE_BEGIN = '-----BEGIN CERTIFICATE-----';
const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]*)-----END CERTIFICATE-----/g;

/**
 * The certificates in a file: one in DER, or any number in PEM (RFC 7468 §5); none where a PEM block is cut short or holds
 * what is no base64, since a root that is left out in silence is missed only when its people come. Throws DecodeError.
 */
export function decodeTrustAnchors(content: Uint8Array): readonly Certificate[] {
  const text = Buffer.from(content).toString('latin1');
  if (!text.includes(PEM_BEGIN)) return [decodeCertificate(content)];
  const blocks = [...text.matchAll(PEM_CERTIFICATE)];
  if (blocks.length !== text.split(PEM_CERTIFICATE_BEGIN).length - 1) return [];
  return blocks.map((match) =>
    decodeCertificate(new Uint8Array(Buffer.from((match[1] ?? '').replaceAll(/\s/g, ''), 'base64'))),
  );
}

/**
 * The operator's trust anchors: every `*.pem`, `*.crt` and `*.cer` of the directory, held against the pins of the
 * production roots. StartRefused where one is not pinned and that is not accepted, or where a file holds no certificate.
 */
export async function loadTrustAnchors(directory: string, unpinned: 'refused' | 'accepted'): Promise<TrustAnchors> {
  const anchors = buildTrustAnchors(await readTrustAnchors(directory, 'TRUST_ANCHORS_DIR'), nodeCrypto);
  if (anchors.unpinned.length === 0 || unpinned === 'accepted') return anchors;
  throw new StartRefused(
    fingerprintsOf(anchors.unpinned).map(
      (sha256) =>
        `The certificate with SHA-256 ${sha256} in TRUST_ANCHORS_DIR is none of the known JPKI roots: remove it, or set TRUST_ANCHORS_UNPINNED=accept to trust it.`,
    ),
  );
}

/** Said at every start and every look at the settings, as long as it is so. */
export function unpinnedWarnings(anchors: TrustAnchors): readonly string[] {
  return fingerprintsOf(anchors.unpinned).map(
    (sha256) => `WARNING: the trust anchor with SHA-256 ${sha256} is none of the known JPKI roots and is trusted.`,
  );
}

const fingerprintsOf = (certificates: readonly Certificate[]): readonly string[] =>
  certificates.map(({ der }) => Buffer.from(nodeCrypto.digest('SHA-256', der)).toString('hex'));

/** Whom the operator trusts to stamp the time: a file of certificates, or a directory as that of the trust anchors. */
export async function loadTsaTrustAnchors(path: string): Promise<readonly Certificate[]> {
  const found = await stat(path).catch((cause) => {
    throw new StartRefused(
      ['TSA_TRUST_ANCHORS cannot be read: name a file or a directory that this user may read.'],
      cause,
    );
  });
  if (found.isDirectory()) return readTrustAnchors(path, 'TSA_TRUST_ANCHORS');
  const certificates = await readCertificates(path);
  if (certificates.length > 0) return certificates;
  throw new StartRefused(['TSA_TRUST_ANCHORS holds no whole certificate in DER or PEM: name another file.']);
}

async function readTrustAnchors(directory: string, setting: string): Promise<readonly Certificate[]> {
  const names = await readdir(directory).catch((cause) => {
    throw new StartRefused([`${setting} cannot be read: name a directory that this user may read.`], cause);
  });
  const files = names.filter((name) => /\.(pem|crt|cer)$/i.test(name)).sort();
  const sentences: string[] = [];
  const anchors: Certificate[] = [];
  for (const file of files) {
    const certificates = await readCertificates(join(directory, file));
    if (certificates.length === 0) {
      sentences.push(`${file} in ${setting} holds no whole certificate in DER or PEM: replace or remove it.`);
    }
    anchors.push(...certificates);
  }
  if (files.length === 0) {
    sentences.push(`${setting} holds no *.pem, *.crt or *.cer: put the root certificates there.`);
  }
  if (sentences.length > 0) throw new StartRefused(sentences);
  return anchors;
}

async function readCertificates(path: string): Promise<readonly Certificate[]> {
  try {
    return decodeTrustAnchors(await readFile(path));
  } catch (error) {
    if (error instanceof DecodeError || (error as NodeJS.ErrnoException).code !== undefined) return [];
    throw error;
  }
}
