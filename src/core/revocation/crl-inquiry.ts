import { equalBytes } from '../bytes.ts';
import type { CryptoPrimitives } from '../crypto.ts';
import type { Certificate } from '../x509/certificate.ts';
import { compareNames } from '../x509/compare-names.ts';
import { issuerKeyOf } from '../x509/path/issuer-key.ts';
import type { ValidatedPath } from '../x509/path/path.ts';
import { validatePath } from '../x509/path/validate-path.ts';
import { authenticateCrl } from './authenticate-crl.ts';
import { concludeFromCrlOfName } from './conclude-from-crl.ts';
import type { AuthenticCrl, Crl } from './crl.ts';
import { isRefusal, refuse } from './evidence.ts';
import type { FreshnessRules } from './freshness.ts';
import type { AcceptedEvidence, Attempt, Refusal, RevocationFindings } from './status.ts';

/** Certificates asked about for one path, those of CRL issuers included. */
const MAX_QUESTIONS = 128;
/** Signatures of CRLs verified for one path. */
const MAX_SIGNATURES = 256;
/** Searches for the path of a CRL issuer. */
const MAX_SEARCHES = 32;
/** CRL issuers, each vouched for by the CRL of the next. */
const MAX_DEPTH = 4;

export interface CrlInquiryInput extends FreshnessRules {
  readonly anchor: Certificate;
  /** Where certificates of CRL issuers may be; trusted for nothing. */
  readonly certificates: readonly Certificate[];
  readonly crls: readonly Crl[];
  /** Of a CRL issuer's path the CRL issuer alone is asked about, or every certificate. */
  readonly scope: 'leaf' | 'all';
  readonly crypto: CryptoPrimitives;
  readonly legacyAlgorithms?: boolean | undefined;
}

/**
 * What the lists at hand say of certificates under one anchor (RFC 5280 §6.3.3). Other than the service, which takes a list
 * by the certificate's own CA key alone, it takes one by any key of that name that has a path to the same anchor (f), and
 * is itself shown good. All work is bounded; at a bound the status stays undetermined.
 */
export class CrlInquiry {
  private readonly input: CrlInquiryInput;
  private readonly lists = new Map<Crl, Map<Certificate, AuthenticCrl | Refusal>>();
  private readonly paths = new Map<Certificate, ValidatedPath | undefined>();
  private questions = 0;
  private signatures = 0;

  constructor(input: CrlInquiryInput) {
    this.input = input;
  }

  /** Asks about `certificate`, which the key of `issuer` signed. */
  ask(certificate: Certificate, issuer: Certificate): RevocationFindings {
    return this.askBeside(certificate, issuer, []);
  }

  /** `awaiting`: CRL issuers whose own status depends on the answer, so that their lists cannot give it. */
  private askBeside(certificate: Certificate, issuer: Certificate, awaiting: readonly Certificate[]) {
    const attempts: Attempt[] = [];
    const accepted: AcceptedEvidence[] = [];
    const { crls } = this.input;
    if (++this.questions <= MAX_QUESTIONS) {
      for (const [i, crl] of crls.entries()) {
        if (!compareNames(crl.issuer, certificate.issuer)) continue;
        const outcome = this.consult(crl, certificate, issuer, awaiting);
        if (!isRefusal(outcome)) accepted.push(outcome);
        attempts.push(this.attempt(`crls[${i}]`, crl, isRefusal(outcome) ? outcome : null));
      }
    }
    const evidence = accepted.find(({ says }) => says.status === 'revoked') ?? accepted[0] ?? null;
    return { status: evidence?.says.status ?? 'undetermined', evidence, attempts } satisfies RevocationFindings;
  }

  /** The first signer whose list it is and who is entitled to it. */
  private consult(
    crl: Crl,
    certificate: Certificate,
    issuer: Certificate,
    awaiting: readonly Certificate[],
  ): AcceptedEvidence | Refusal {
    let refusal = refuse('wrong-issuer', 'no certificate at hand is that of the CRL issuer');
    for (const signer of [issuer, ...this.signersOf(crl, issuer)]) {
      const list = this.authenticate(crl, signer);
      if (isRefusal(list)) {
        refusal = list;
        continue;
      }
      const { at, maxAgeSeconds, maxAgeAlways, clockSkewSeconds } = this.input;
      const rules = { at, maxAgeSeconds, maxAgeAlways, clockSkewSeconds, undivided: true };
      const outcome = concludeFromCrlOfName({ crl: list, certificate, ...rules });
      if (isRefusal(outcome) || signer === issuer || this.isEntitled(signer, issuer, awaiting)) return outcome;
      refusal = refuse('wrong-issuer', 'the CRL issuer has no path to the same anchor that is shown good');
    }
    return refusal;
  }

  private signersOf(crl: Crl, issuer: Certificate): readonly Certificate[] {
    const { anchor, certificates } = this.input;
    return [anchor, ...certificates].filter(
      (certificate) => certificate !== issuer && compareNames(certificate.subject, crl.issuer),
    );
  }

  private authenticate(crl: Crl, signer: Certificate): AuthenticCrl | Refusal {
    const bySigner = this.lists.get(crl) ?? new Map<Certificate, AuthenticCrl | Refusal>();
    this.lists.set(crl, bySigner);
    const known = bySigner.get(signer);
    if (known !== undefined) return known;
    if (++this.signatures > MAX_SIGNATURES) return refuse('wrong-issuer', 'too many possible CRL issuers');
    const { crypto, legacyAlgorithms } = this.input;
    const list = authenticateCrl(crl, issuerKeyOf(signer), crypto, { legacyAlgorithms });
    bySigner.set(signer, list);
    return list;
  }

  /** §6.3.3(f): the same key as the certificate's, the anchor, or a path to it, without anybody vouching for himself. */
  private isEntitled(signer: Certificate, issuer: Certificate, awaiting: readonly Certificate[]): boolean {
    const { anchor, scope } = this.input;
    if (signer === anchor || equalBytes(signer.subjectPublicKeyInfo.der, issuer.subjectPublicKeyInfo.der)) return true;
    const { keyUsage, basicConstraints } = signer.extensions;
    // §4.2.1.3: whoever signs CRLs has the bit; where the extension is missing, only a CA may be meant.
    if (!(keyUsage?.has('cRLSign') ?? basicConstraints?.cA === true)) return false;
    if (awaiting.length === MAX_DEPTH || awaiting.some((one) => sameKey(one, signer))) return false;
    const path = this.pathOf(signer);
    if (path === undefined) return false;
    const chain = path.certificates;
    return chain.every((certificate, i) => {
      if (scope === 'leaf' && i < chain.length - 1) return true;
      return this.askBeside(certificate, chain[i - 1] ?? anchor, [...awaiting, signer]).status === 'good';
    });
  }

  private pathOf(signer: Certificate): ValidatedPath | undefined {
    if (this.paths.has(signer)) return this.paths.get(signer);
    if (this.paths.size === MAX_SEARCHES) return undefined;
    const { anchor, certificates, at, crypto, legacyAlgorithms } = this.input;
    const settings = {
      initialPolicySet: ['2.5.29.32.0'],
      initialExplicitPolicy: false,
      initialPolicyMappingInhibit: false,
      initialAnyPolicyInhibit: false,
      legacyAlgorithms: legacyAlgorithms === true,
    };
    const { path } = validatePath({ target: signer, anchors: [anchor], untrusted: certificates, at, settings, crypto });
    const valid = path?.targetValidity === 'valid' ? path : undefined;
    this.paths.set(signer, valid);
    return valid;
  }

  private attempt(source: string, { thisUpdate }: Crl, refusal: Refusal | null): Attempt {
    const ageSeconds = Math.max(0, Math.floor((this.input.at - thisUpdate) / 1000));
    return {
      method: 'crl',
      source,
      outcome: refusal === null ? 'accepted' : 'refused',
      refusal,
      thisUpdate,
      ageSeconds,
    };
  }
}

const sameKey = (a: Certificate, b: Certificate): boolean =>
  equalBytes(a.subjectPublicKeyInfo.der, b.subjectPublicKeyInfo.der);
