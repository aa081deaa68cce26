import { DecodeError } from '../../core/der/decode-error.ts';
import type { Crl } from '../../core/revocation/crl.ts';
import { decodeCrl } from '../../core/revocation/decode-crl.ts';
import { isRefusal, refuse } from '../../core/revocation/evidence.ts';
import type { Refusal } from '../../core/revocation/status.ts';

/** PEM is read as text; longer lists come in DER. */
const MAX_PEM_SIZE = 256 * 1024 * 1024;
const PEM_BEGIN = '-----BEGIN ';
const PEM_CRL = /-----BEGIN X509 CRL-----([A-Za-z0-9+/=\s]*)-----END X509 CRL-----/g;

/** The CRLs in a file: one in DER, or any number in PEM (RFC 7468 §6). One that cannot be read spoils the file. */
export function decodeCrlFile(content: Buffer): readonly Crl[] | Refusal {
  if (!isPem(content)) return decodeAll([content]);
  if (content.length > MAX_PEM_SIZE) return refuse('too-large', `PEM of more than ${MAX_PEM_SIZE} octets`);
  const blocks = [...content.toString('latin1').matchAll(PEM_CRL)].map((match) =>
    Buffer.from((match[1] ?? '').replaceAll(/\s/g, ''), 'base64'),
  );
  return blocks.length === 0 ? refuse('malformed', 'PEM without an X509 CRL') : decodeAll(blocks);
}

function isPem(content: Buffer): boolean {
  return content.subarray(0, 64).toString('latin1').trimStart().startsWith(PEM_BEGIN);
}

function decodeAll(encodings: readonly Buffer[]): readonly Crl[] | Refusal {
  const crls: Crl[] = [];
  for (const bytes of encodings) {
    const crl = decodeOne(bytes);
    if (isRefusal(crl)) return crl;
    crls.push(crl);
  }
  return crls;
}

function decodeOne(bytes: Uint8Array): Crl | Refusal {
  try {
    return decodeCrl(bytes);
  } catch (error) {
    if (error instanceof DecodeError) return refuse('malformed', `not a DER CRL: ${error.code}`);
    throw error;
  }
}
