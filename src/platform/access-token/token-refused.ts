/** The token is not accepted, or cannot be judged now. `reason`: a few words of our own for error_description. */
export class TokenRefused extends Error {
  readonly code: 'token-invalid' | 'token-expired' | 'authorization-server-unavailable';
  readonly reason: string | undefined;

  constructor(code: TokenRefused['code'], reason?: string) {
    super(reason ?? code);
    this.name = 'TokenRefused';
    this.code = code;
    this.reason = reason;
  }
}
