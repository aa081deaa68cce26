import { hash, sign } from 'node:crypto';
import { type AuditLine, hashAuditLine } from '../src/core/audit/audit-line.ts';
import { buildInclusionProof, buildRoot } from '../src/core/audit/merkle-tree.ts';
import { encodeSeal, NO_SEAL } from '../src/core/audit/seal.ts';
import { concatBytes } from '../src/core/bytes.ts';
import { judgeAgain } from '../src/core/evidence/judge-again.ts';
import type { PackageKind } from '../src/core/evidence/manifest.ts';
import type { RecordedReport } from '../src/core/evidence/recorded-report.ts';
import type { RulesInForce, SettingsInForce } from '../src/core/evidence/settings-in-force.ts';
import { buildPolicyTable } from '../src/core/jpki/policy-table.ts';
import { formatInstant } from '../src/core/rfc3339.ts';
import { encodeTimeStampRequest } from '../src/core/timestamp/time-stamp-request.ts';
import { decodeTimeStampResponse } from '../src/core/timestamp/time-stamp-response.ts';
import { decodeCertificate } from '../src/core/x509/decode-certificate.ts';
import type { PackageParts } from '../src/features/evidence/build-entries.ts';
import { buildPackage, type Stamp } from '../src/features/evidence/build-package.ts';
import { describeProofs } from '../src/features/evidence/describe-proofs.ts';
import { defaultPolicy } from '../src/features/tenants/policy.ts';
import { decodeRequest } from '../src/features/verification/decode-request.ts';
import { buildResponse, NO_IDS } from '../src/features/verification/response.ts';
import type { VerifyRequest } from '../src/features/verification/wire.ts';
import { type AuditSigner, auditCrypto, openAuditSigner } from '../src/platform/audit-crypto.ts';
import { nodeCrypto } from '../src/platform/crypto.ts';
import type { TimestampContentFault } from '../src/sandbox/faults/fault.ts';
import { loadKeyRing } from '../src/sandbox/keys/key-ring.ts';
import { answerStamp } from '../src/sandbox/tsa/stamp.ts';
import { issueTsaRoot } from '../src/sandbox/tsa/tsa-certificates.ts';
import { FIXTURE_NOW, readFixture, readKey } from './fixtures.ts';

const ED25519_PKCS8 = '302e020100300506032b657004220420';
const VERIFICATION = 'ver_00000000000000000000000001';
const LEAF = 'leaf-digital-signature.crt';
const ROOTS = ['digital-signature-1', 'digital-signature-2', 'user-authentication-1', 'user-authentication-2'];
/** What the content of every package here is. */
export const CONTENT = Buffer.from('口座開設の申込み / an application');

/** Not random, so that a package is the same each time. */
export const signerOf = (name: string): AuditSigner =>
  openAuditSigner(Buffer.concat([Buffer.from(ED25519_PKCS8, 'hex'), hash('sha256', name, 'buffer')]));

export interface PackageChoice {
  readonly kind?: PackageKind;
  readonly by?: 'ocsp' | 'crl';
  readonly ocspResponse?: Uint8Array;
  readonly crl?: Uint8Array;
  readonly supportingCrls?: readonly Uint8Array[];
  /** Hexadecimal, as in the rules. */
  readonly undividedCaKeys?: readonly string[];
  readonly roots?: readonly Uint8Array[];
  readonly certificate?: Uint8Array;
  readonly signature?: Uint8Array;
  readonly content?: Uint8Array;
  readonly signer?: AuditSigner;
  readonly at?: number;
  readonly reference?: string;
  /** None unless told. */
  readonly stamp?: Stamp;
  /** Puts something else into the record than what was judged. */
  readonly recorded?: (report: RecordedReport) => RecordedReport;
}

const sha256 = (octets: Uint8Array): string => hash('sha256', octets);

export const fixtureRoots = (): readonly Uint8Array[] => ROOTS.map((root) => readFixture(`root-${root}.crt`));
export const SIGNER = signerOf('the seal key of the fixtures');

/** The parts of a package of a verification that was judged out of the fixtures, at their time. */
export function partsOf(choice: PackageChoice = {}): PackageParts {
  const { kind = 'full', by = 'ocsp', at = FIXTURE_NOW, roots = fixtureRoots(), signer = SIGNER } = choice;
  const certificate = Buffer.from(choice.certificate ?? readFixture(LEAF));
  const signature = Buffer.from(choice.signature ?? sign('sha256', CONTENT, readKey(LEAF)));
  const content = Buffer.from(choice.content ?? CONTENT);
  const ocspResponse = by === 'ocsp' ? Buffer.from(choice.ocspResponse ?? readFixture('ocsp-good.der')) : null;
  const crl = by === 'crl' ? Buffer.from(choice.crl ?? readFixture('crl-kiyose.crl')) : null;
  const rules: RulesInForce = {
    version: 1,
    trustAnchors: roots.map(sha256),
    certificatePolicies: [...buildPolicyTable({ testPolicies: true }).values()],
    clockSkewSeconds: 60,
    undividedCaKeys: choice.undividedCaKeys ?? [],
  };
  const anchors = roots.map((root) => decodeCertificate(new Uint8Array(root)));
  const challenge = { state: 'none' } as const;
  const rulesSha256 = hash('sha256', JSON.stringify(rules));
  const numbers = { policyVersion: 3, rulesVersion: 2 };
  const supportingCrls = (choice.supportingCrls ?? []).map((crl) => Buffer.from(crl));
  const inForce = {
    ...{ policy: defaultPolicy('sandbox'), revocationMethod: by, rulesSha256, challenge, ...numbers },
    ...(supportingCrls.length === 0 ? {} : { supportingCrls: supportingCrls.map(sha256) }),
  };
  const request: VerifyRequest = {
    purpose: 'account-opening',
    signature: {
      ...{ format: 'raw', algorithm: 'RS256', value: signature.toString('base64') },
      ...{ certificate: certificate.toString('base64'), content: content.toString('base64') },
    },
  };
  const decoded = decodeRequest(request, undefined);
  if (!decoded.ok) throw new Error(decoded.code);
  const matter = {
    ...{ signed: decoded.signed, purpose: request.purpose, at, rules, anchors },
    settings: { ...inForce, trustAnchorSha256: null } satisfies SettingsInForce,
    ocspResponse: ocspResponse === null ? undefined : new Uint8Array(ocspResponse),
    crl: crl === null ? undefined : new Uint8Array(crl),
    supportingCrls: supportingCrls.map((octets) => new Uint8Array(octets)),
  };
  const { report, anchor } = judgeAgain(matter, { checks: [] } as unknown as RecordedReport, nodeCrypto);
  const { attributes, ...rest } = report;
  const stored = {
    ...rest,
    certificate: rest.certificate && { ...rest.certificate, serialNumberMac: '00'.repeat(32) },
    ...numbers,
  };
  const role = kind === 'full' ? 'verifier' : 'service-provider';
  const answer = buildResponse({
    ...{ verificationId: VERIFICATION, reference: choice.reference ?? null, purpose: request.purpose },
    ...{ report: stored, attributes, ids: NO_IDS, role },
  });
  const recorded = choice.recorded?.(answer as never) ?? answer;
  return {
    kind,
    evidence: {
      ...{ verifiedAt: at, answer: recorded as typeof answer, signature, content, certificate },
      ...{ ocspResponse, crl, supportingCrls, rules, trustAnchors: roots.map((root) => Buffer.from(root)) },
      container: { format: 'raw', algorithm: 'RS256', encoding: 'der', digestAlgorithm: null },
      settings: { ...inForce, trustAnchorSha256: anchor === undefined ? null : sha256(anchor.der) },
    },
    audit: describeProofs({ proofs: [proofOf(at, signer)], waiting: [] }),
  };
}

/** The second line of a batch of three. */
function proofOf(at: number, signer: AuditSigner) {
  const lines = ['aud_1', 'aud_2', 'aud_3'].map(
    (id): AuditLine => ({
      ...{ id, tenantId: '01890000-0000-7000-8000-000000000001', at, actor: 'client:cli_1', right: 'verify' },
      ...{ act: 'verification.perform', target: VERIFICATION, outcome: 'done', from: '192.0.2.1', requestId: 'req_1' },
      ...{ count: 1, salt: hash('sha256', id, 'buffer').subarray(0, 16) },
    }),
  );
  const leaves = concatBytes(...lines.map((line) => hashAuditLine(auditCrypto.sha256, line)));
  const unsigned = {
    ...{ batch: 1, treeSize: lines.length, root: buildRoot(auditCrypto.sha256, leaves), previous: NO_SEAL },
    ...{ sealedAt: at + 1000, keyId: signer.keyId },
  };
  return {
    ...{ line: lines[1] as AuditLine, position: 1 },
    path: buildInclusionProof(auditCrypto.sha256, leaves, 1) ?? [],
    seal: { ...unsigned, signature: signer.sign(encodeSeal(unsigned)) },
    key: { keyId: signer.keyId, spki: signer.publicKey, validFrom: at, validUntil: null },
  };
}

export async function packageOf(choice: PackageChoice = {}): Promise<Buffer> {
  return (await buildPackage(partsOf(choice), choice.signer ?? SIGNER, choice.stamp ?? NO_STAMP)).octets;
}

export const NO_STAMP: Stamp = async () => ({ state: 'not-configured' });

const sandboxKeys = loadKeyRing(new Set());
/** Of the sandbox's authority. */
export const TSA_ROOT = decodeCertificate(issueTsaRoot(sandboxKeys));

/** A time stamp by the sandbox's authority, the same octets each time. */
export const stampAt =
  (now: number, ...faults: readonly TimestampContentFault[]): Stamp =>
  async (hashedMessage) => {
    const messageImprint = { hashAlgorithm: 'SHA-256', hashedMessage } as const;
    const request = encodeTimeStampRequest({ messageImprint, nonce: Uint8Array.of(1) });
    const response = decodeTimeStampResponse(answerStamp(sandboxKeys, { request, faults, now }));
    return response.granted ? { state: 'stamped', token: response.token } : { state: 'unavailable' };
  };

/** What whoever trusts the fixtures would give. */
export const TRUST = {
  anchors: fixtureRoots().map(sha256),
  keys: [{ keyId: SIGNER.keyId, validFrom: 0, validUntil: null }],
  timestampAnchors: [TSA_ROOT],
};
export const NO_TRUST = { anchors: [], keys: [], timestampAnchors: [] };

/** As GET /jpki/audit-seals answers. */
export const trustDocument = (signer: AuditSigner = SIGNER): string =>
  JSON.stringify({
    items: [],
    keys: [
      {
        ...{ keyId: signer.keyId, algorithm: 'Ed25519', publicKey: Buffer.from(signer.publicKey).toString('base64') },
        ...{ validFrom: formatInstant(0), validUntil: null },
      },
    ],
    nextAfter: null,
  });
