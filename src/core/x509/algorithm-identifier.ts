/** AlgorithmIdentifier (RFC 5280 §4.1.1.2). `parameters`: the DER of the parameters, undefined when absent. */
export interface AlgorithmIdentifier {
  readonly algorithm: string;
  readonly parameters: Uint8Array | undefined;
  readonly der: Uint8Array;
}
