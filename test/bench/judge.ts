import { buildPolicyTable } from '../../src/core/jpki/policy-table.ts';
import { buildTrustAnchors } from '../../src/core/jpki/trust-anchors.ts';
import { authenticateCrl } from '../../src/core/revocation/authenticate-crl.ts';
import { decodeCrl } from '../../src/core/revocation/decode-crl.ts';
import { isRefusal } from '../../src/core/revocation/evidence.ts';
import { judgeConclusion } from '../../src/core/verification/judge-conclusion.ts';
import { judgeSignature } from '../../src/core/verification/judge-signature.ts';
import type { SignedObject } from '../../src/core/verification/signed-object.ts';
import { decodeCertificate } from '../../src/core/x509/decode-certificate.ts';
import { issuerKeyOf } from '../../src/core/x509/path/issuer-key.ts';
import { buildCrlShelf } from '../../src/gateway/jlis/crl-shelf.ts';
import { createRevocationGateway, type RevocationMethod } from '../../src/gateway/jlis/gather-revocation.ts';
import { nodeCrypto } from '../../src/platform/crypto.ts';
import { root, signCrl } from './authority.ts';

const anchor = decodeCertificate(root);
const anchors = buildTrustAnchors([anchor], nodeCrypto);
const policies = buildPolicyTable({ testPolicies: true });
const acceptance = {
  kindsAccepted: ['digital-signature', 'user-authentication'],
  challengeRequired: false,
  digestAllowed: false,
} as const;

function openShelf() {
  const crl = authenticateCrl(decodeCrl(signCrl()), issuerKeyOf(anchor), nodeCrypto);
  if (isRefusal(crl)) throw new Error(crl.detail);
  return buildCrlShelf([{ source: 'bench.crl', crl }]);
}

const shelf = openShelf();
let ocspResponse: Uint8Array = new Uint8Array();

/** The real gateway over sources that answer from memory. */
const gateway = createRevocationGateway({
  ocsp: { fetchOcspResponse: async () => ({ ok: true, source: 'bench', bytes: Uint8Array.from(ocspResponse) }) },
  crls: {
    loadCrls: async (issuer, points) =>
      shelf.find(issuer, points).map((one) => ({ ok: true, ...one, undivided: false })),
  },
  crypto: nodeCrypto,
  certIdHash: 'SHA-1',
  nonce: 'none',
  randomBytes: () => new Uint8Array(),
});

/** All that the service does between decoding and record: both steps, the gateway's acceptance between them. */
export async function judge(signed: SignedObject, method: RevocationMethod, response?: Uint8Array): Promise<void> {
  const at = Date.now();
  const challenge = { state: 'none' } as const;
  const purpose = 'account-opening';
  const first = judgeSignature({
    signed,
    purpose,
    challenge,
    acceptance,
    anchors,
    policies,
    at,
    crypto: nodeCrypto,
  });
  const { path, profile, holds } = first;
  if (!holds || path === undefined || profile.policy === undefined) throw new Error('the signature does not hold');
  ocspResponse = response ?? new Uint8Array();
  const findings = await gateway.gatherRevocation({
    method,
    path,
    kind: profile.policy.kind,
    at,
    ocspMaxAgeSeconds: 3_600,
    crlMaxAgeSeconds: 129_600,
    clockSkewSeconds: 60,
  });
  const { indication } = judgeConclusion({ first, findings });
  if (indication !== 'TOTAL-PASSED') throw new Error(`it did not pass but was ${indication}`);
}
