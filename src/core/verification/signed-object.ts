import type { SignedData } from '../cms/signed-data.ts';
import type { SignerInfo } from '../cms/signer-info.ts';
import type { JwaAlgorithm } from '../signature/jwa-algorithm.ts';
import type { Digest, SignatureEncoding, SignedMatter } from '../signature/raw-signature.ts';
import type { Certificate } from '../x509/certificate.ts';

export type { SignedMatter };

/** A signature that stands alone. `content` and `digest` both undefined: the request gave nothing that could be signed. */
export interface RawSignedObject {
  readonly format: 'raw';
  readonly certificate: Certificate;
  readonly algorithm: JwaAlgorithm;
  readonly encoding: SignatureEncoding;
  readonly signature: Uint8Array;
  readonly content: Uint8Array | undefined;
  readonly digest: Digest | undefined;
}

/** One signature of a CMS container. */
export interface CmsSignedObject {
  readonly format: 'cms';
  readonly signedData: SignedData;
  readonly signerInfo: SignerInfo;
  /** The one that `signerInfo` names. */
  readonly certificate: Certificate;
  /** The content of a detached signature. */
  readonly detachedContent: Uint8Array | undefined;
  /** Further certificates of the container, for path building; trusted for nothing. */
  readonly untrusted: readonly Certificate[];
}

/** What was signed, decoded and not judged. */
export type SignedObject = RawSignedObject | CmsSignedObject;
