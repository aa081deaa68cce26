import type { AuditLine } from '../audit/audit-line.ts';
import type { SealDocument } from '../audit/seal-text.ts';
import type { Shape } from './json-shape.ts';
import type { PolicyInForce, RulesInForce, SettingsInForce } from './settings-in-force.ts';

/** The entries of a package, in their order; which of them there are depends on what was judged. */
export const ENTRY_NAMES = {
  cover: 'cover.html',
  verification: 'verification.json',
  report: 'report.json',
  policy: 'policy.json',
  /** The content, or the digest given in its place. */
  content: 'content.bin',
  signature: 'signature.bin',
  certificate: 'certificate.der',
  /** trust-anchors/1.der, 2 … in the order of the rules. */
  trustAnchors: 'trust-anchors/',
  ocspResponse: 'revocation/ocsp-response.der',
  crl: 'revocation/crl.der',
  /** revocation/supporting-crls/1.der, 2 … in the order of the settings: about others than the signer's certificate. */
  supportingCrls: 'revocation/supporting-crls/',
  audit: 'audit.json',
  /** Where the seals were timestamped when the package was made. */
  timestamps: 'timestamps.json',
} as const;

export const trustAnchorName = (place: number): string => `${ENTRY_NAMES.trustAnchors}${place + 1}.der`;

export const supportingCrlName = (place: number): string => `${ENTRY_NAMES.supportingCrls}${place + 1}.der`;

const KEPT_FROM_PROVIDERS: readonly string[] = [
  ...[ENTRY_NAMES.content, ENTRY_NAMES.signature, ENTRY_NAMES.certificate],
  ...[ENTRY_NAMES.trustAnchors, ENTRY_NAMES.ocspResponse, ENTRY_NAMES.crl, ENTRY_NAMES.supportingCrls],
];

/**
 * What holds a certificate, its serial number or a list of them, or may: a container does, an OCSP response names the serial
 * (CertID), and content may be whatever was signed, signed attributes or another container among it (公的個人認証法 52条).
 */
export const isKeptFromProviders = (name: string): boolean =>
  KEPT_FROM_PROVIDERS.some((kept) => name === kept || (kept.endsWith('/') && name.startsWith(kept)));

/** verification.json */
export interface VerificationDocument {
  readonly version: 1;
  readonly verificationId: string;
  readonly verifiedAt: string;
  readonly purpose: string;
  /** How to read signature.bin and content.bin. */
  readonly container: ContainerDocument;
  /** Entries from the signer's certificate to the trust anchor; null where no path was validated. */
  readonly path: readonly string[] | null;
  readonly settings: SettingsDocument;
}

export interface ContainerDocument {
  readonly format: 'raw' | 'cms';
  /** cms: attached or detached. */
  readonly content?: string;
  readonly algorithm?: string;
  readonly encoding?: string;
  readonly digestAlgorithm?: string | null;
}

/** SettingsInForce without the policy, which stands in policy.json. */
export type SettingsDocument = Omit<SettingsInForce, 'policy'>;

/** policy.json. */
export interface PolicyDocument {
  /** The number of the policy; null of before there were any. In packages of version 1 the digest stood here. */
  readonly version: number | string | null;
  /** Of the JSON of `policy`. */
  readonly sha256?: string;
  readonly rulesVersion?: number | null;
  readonly rulesSha256?: string;
  readonly policy: PolicyInForce;
  readonly rules: RulesInForce;
}

/** audit.json: the lines of the verification, each with what proves that it was sealed. */
export interface AuditDocument {
  readonly lines: readonly AuditLineDocument[];
  /** Lines that were not sealed yet. */
  readonly waiting: readonly string[];
}

export interface AuditLineDocument {
  /** Time RFC 3339, salt base64. */
  readonly line: Omit<AuditLine, 'at' | 'salt'> & { readonly at: string; readonly salt: string };
  readonly position: number;
  /** Hexadecimal, from the leaf to the root. */
  readonly path: readonly string[];
  readonly seal: SealDocument;
  /** base64 of the SPKI. */
  readonly publicKey: string;
}

/** manifest.seal.json */
export interface ManifestSeal {
  /** The version of the format. */
  readonly version: number;
  readonly keyId: string;
  /** base64, as is the signature (Ed25519 over encodeManifestSeal). */
  readonly publicKey: string;
  readonly signature: string;
}

export const formatDocument = (document: object): string => `${JSON.stringify(document, null, 2)}\n`;

const KIND: Shape = { oneOf: ['digital-signature', 'user-authentication'] };
const MEDIUM: Shape = { oneOf: ['card', 'smartphone'] };
const CONTAINER: Shape = {
  object: {
    format: { oneOf: ['raw', 'cms'] },
    algorithm: { optional: 'string' },
    encoding: { optional: { oneOf: ['der', 'p1363'] } },
    digestAlgorithm: { optional: { nullable: 'string' } },
  },
};
const NULLABLE_TEXT: Shape = { nullable: 'string' };
const CHALLENGE_TIMES: Shape = { optional: 'instant' };

const VERSION: Shape = { optional: { nullable: 'number' } };
const VERSIONS = { policyVersion: VERSION, rulesVersion: VERSION };

export const VERIFICATION: Shape = {
  object: {
    ...{ version: 'number', verificationId: 'string', verifiedAt: 'instant', purpose: 'string' },
    container: CONTAINER,
    path: { nullable: { list: 'string' } },
    settings: {
      object: {
        ...{ revocationMethod: 'string', trustAnchorSha256: NULLABLE_TEXT, rulesSha256: 'string' },
        ocspJudgedAt: { optional: 'instant' },
        ...{ supportingCrls: { optional: { list: 'string' } }, ...VERSIONS },
        challenge: {
          object: {
            ...{
              state: { oneOf: ['none', 'unknown', 'known'] },
              issuedAt: CHALLENGE_TIMES,
              expiresAt: CHALLENGE_TIMES,
            },
            usedAt: { optional: { nullable: 'instant' } },
          },
        },
      },
    },
  },
};

export const POLICY: Shape = {
  object: {
    version: 'any',
    ...{ sha256: { optional: 'string' }, rulesVersion: VERSION, rulesSha256: { optional: 'string' } },
    policy: {
      object: {
        ...{ challengeRequired: 'boolean', digestAllowed: 'boolean', kindsAccepted: { list: KIND } },
        ...{ ocspMaxAgeSeconds: 'number', crlMaxAgeSeconds: 'number' },
      },
    },
    rules: {
      object: {
        ...{ version: 'number', trustAnchors: { list: 'string' }, clockSkewSeconds: 'number' },
        certificatePolicies: { list: { object: { policy: 'string', kind: KIND, medium: MEDIUM } } },
        undividedCaKeys: { list: 'string' },
      },
    },
  },
};

export const AUDIT_LINE: Shape = {
  object: {
    line: {
      object: {
        ...{ id: 'string', tenantId: 'string', at: 'instant', actor: 'string', right: NULLABLE_TEXT, act: 'string' },
        ...{ target: NULLABLE_TEXT, outcome: 'string', from: NULLABLE_TEXT, requestId: NULLABLE_TEXT },
        ...{ count: 'number', salt: 'string' },
      },
    },
    ...{ position: 'number', path: { list: 'string' }, seal: { object: {} }, publicKey: 'string' },
  },
};

export const AUDIT: Shape = { object: { lines: { list: AUDIT_LINE }, waiting: { list: 'string' } } };

export const MANIFEST_SEAL_SHAPE: Shape = {
  object: { version: 'number', keyId: 'string', publicKey: 'string', signature: 'string' },
};
