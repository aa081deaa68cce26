/** Bounds on hostile input, tested before a decoder looks at the bytes. Sizes in octets. */
export const MAX_DEPTH = 32;
export const MAX_CERTIFICATE_SIZE = 64 * 1024;
export const MAX_CMS_SIZE = 16 * 1024 * 1024;
/** A TimeStampResp or its token: some 6 KiB with the certificates of three levels. */
export const MAX_TIMESTAMP_SIZE = 64 * 1024;
export const MAX_OCSP_RESPONSE_SIZE = 256 * 1024;
/** A national CRL has millions of entries of about 40 octets; 10 GB answers are cut off by the gateway. */
export const MAX_CRL_SIZE = 1024 * 1024 * 1024;
/** A Name; honest ones have some hundred octets. */
export const MAX_NAME_SIZE = 8 * 1024;
/** All certificates of one CMS container together; an honest one has 2 KiB. */
export const MAX_CERTIFICATE_SET_SIZE = 256 * 1024;
/** The signedAttrs of one SignerInfo. */
export const MAX_SIGNED_ATTRIBUTES_SIZE = 256 * 1024;
/** Certificates, SignerInfos, extensions, attributes: no honest structure of ours comes near. */
export const MAX_ELEMENTS = 1024;
