/** Why bytes are not the DER that was asked for. The set is closed; messages are free to change. */
export type DecodeErrorCode =
  | 'truncated'
  | 'trailing-bytes'
  | 'indefinite-length'
  | 'non-minimal-length'
  | 'length-limit'
  | 'high-tag-number'
  | 'unexpected-tag'
  | 'invalid-value'
  | 'non-minimal-value'
  | 'depth-limit'
  | 'count-limit'
  | 'size-limit'
  | 'duplicate'
  | 'unsupported-version';

/** The only error that decoding throws. `offset` counts octets from the start of the buffer handed to the decoder. */
export class DecodeError extends Error {
  readonly code: DecodeErrorCode;
  readonly offset: number;

  constructor(code: DecodeErrorCode, offset: number, message: string) {
    super(`${message} (${code} at offset ${offset})`);
    this.name = 'DecodeError';
    this.code = code;
    this.offset = offset;
  }
}
