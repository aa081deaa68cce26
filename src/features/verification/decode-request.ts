import { decodeCms } from '../../core/cms/signed-data.ts';
import { findSignerCertificate } from '../../core/cms/signer-certificate.ts';
import { DecodeError } from '../../core/der/decode-error.ts';
import { digestSuffices, hashOf } from '../../core/signature/jwa-algorithm.ts';
import type { SignedObject } from '../../core/verification/signed-object.ts';
import { decodeCertificate } from '../../core/x509/decode-certificate.ts';
import { DIGEST_LENGTH } from '../../core/x509/hash-algorithm.ts';
import { type Problem, problem } from '../service-result.ts';
import type { CmsSignatureRequest, RawSignatureRequest, VerifyRequest } from './wire.ts';

/** `container`: the octets of `signature.value`. */
export type DecodedRequest =
  | { readonly ok: true; readonly signed: SignedObject; readonly container: Uint8Array }
  | Problem;

const LATER = ['declared', 'cardInput', 'cardFace', 'face', 'consent'] as const;

/** Fields that have no meaning yet are refused: one that is silently ignored would read as verified. */
export function refuseUnsupported(request: VerifyRequest): Problem | undefined {
  const errors = LATER.filter((field) => request[field] !== undefined).map((field) => ({
    pointer: `/${field}`,
    message: 'is not supported yet',
  }));
  return errors.length === 0 ? undefined : { ok: false, code: 'not-yet-supported', errors };
}

/**
 * What was signed, out of the request; or why it makes no sense. `issued`: the content of the challenge that the request
 * names, undefined when it names none or an unknown one.
 */
export function decodeRequest(request: VerifyRequest, issued: Uint8Array | undefined): DecodedRequest {
  const { signature, challengeId } = request;
  switch (signature.format) {
    case 'raw':
      return decodeRaw(signature, challengeId, issued);
    case 'cms':
      return decodeContainer(signature, challengeId, issued);
    default:
      return problem('format-not-supported', '/signature/format', 'is not supported yet');
  }
}

function decodeRaw(
  request: RawSignatureRequest,
  challengeId: string | undefined,
  issued: Uint8Array | undefined,
): DecodedRequest {
  const { algorithm, content, digest } = request;
  if (request.encoding !== undefined && !algorithm.startsWith('ES')) {
    return problem('invalid-request', '/signature/encoding', 'goes with ES256 and ES384 alone');
  }
  const given = [content, digest, challengeId].filter((one) => one !== undefined).length;
  if (given === 0) return problem('content-required', '/signature', 'needs one of content, digest, challengeId');
  if (given > 1) return problem('content-not-allowed', '/signature', 'takes only one of content, digest, challengeId');
  const digestValue = digest === undefined ? undefined : octets(digest.value);
  if (digest !== undefined && digestValue !== undefined) {
    if (!digestSuffices(algorithm)) {
      return problem('digest-not-supported', '/signature/digest', `cannot stand in for the content with ${algorithm}`);
    }
    const hash = hashOf(algorithm);
    if (digest.algorithm !== hash || digestValue.length !== DIGEST_LENGTH[hash]) {
      return problem('digest-not-supported', '/signature/digest', `must be a ${hash} digest for ${algorithm}`);
    }
  }
  const certificate = decodedOr(() => decodeCertificate(octets(request.certificate)));
  if (certificate === undefined) {
    return problem('certificate-unreadable', '/signature/certificate', 'is not a DER certificate');
  }
  const signatureValue = octets(request.value);
  return {
    ok: true,
    container: signatureValue,
    signed: {
      format: 'raw',
      certificate,
      algorithm,
      encoding: request.encoding ?? 'der',
      signature: signatureValue,
      content: content === undefined ? issued : octets(content),
      digest:
        digest === undefined || digestValue === undefined
          ? undefined
          : { algorithm: digest.algorithm, value: digestValue },
    },
  };
}

function decodeContainer(
  request: CmsSignatureRequest,
  challengeId: string | undefined,
  issued: Uint8Array | undefined,
): DecodedRequest {
  const container = octets(request.value);
  const signedData = decodedOr(() => decodeCms(container));
  if (signedData === undefined) return problem('cms-unreadable', '/signature/value', 'is not SignedData in DER');
  const [signerInfo, ...others] = signedData.signerInfos;
  if (signerInfo === undefined || others.length > 0) {
    return problem('signer-count', '/signature/value', 'must hold exactly one SignerInfo');
  }
  const isAttached = signedData.eContent !== undefined;
  if (isAttached && request.content !== undefined) {
    return problem('content-not-allowed', '/signature/content', 'stands in the container already');
  }
  if (request.content !== undefined && challengeId !== undefined) {
    return problem('content-not-allowed', '/signature/content', 'is what challengeId names');
  }
  if (!isAttached && request.content === undefined && challengeId === undefined) {
    return problem('content-required', '/signature', 'is detached: needs content or challengeId');
  }
  const certificate = findSignerCertificate(signedData, signerInfo);
  if (certificate === undefined) {
    const unreadable = signedData.unreadableCertificates > 0;
    return unreadable
      ? problem('certificate-unreadable', '/signature/value', 'holds a certificate that is not DER')
      : problem('signer-certificate-missing', '/signature/value', "does not hold the signer's certificate");
  }
  const detached = request.content === undefined ? issued : octets(request.content);
  return {
    ok: true,
    container,
    signed: {
      format: 'cms',
      signedData,
      signerInfo,
      certificate,
      detachedContent: isAttached ? undefined : detached,
      untrusted: signedData.certificates.filter((one) => one !== certificate),
    },
  };
}

/** base64 as validated at the door; a plain Uint8Array, as the core knows it. */
function octets(base64: string): Uint8Array {
  const { buffer, byteOffset, length } = Buffer.from(base64, 'base64');
  return new Uint8Array(buffer, byteOffset, length);
}

function decodedOr<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}
