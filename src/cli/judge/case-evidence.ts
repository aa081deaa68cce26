import { DecodeError } from '../../core/der/decode-error.ts';
import type { Crl } from '../../core/revocation/crl.ts';
import { decodeCrl } from '../../core/revocation/decode-crl.ts';
import type { Certificate } from '../../core/x509/certificate.ts';
import { decodeCertificate } from '../../core/x509/decode-certificate.ts';
import type { PathSettings } from '../../core/x509/path/path.ts';
import type { CaseFields } from './case-fields.ts';
import { CaseFiles, type FileKind } from './case-files.ts';
import { CaseProblem } from './verdict.ts';

/** Evidence that a case names does not decode; `field` tells which. */
export class UndecodableEvidence extends Error {
  readonly field: string;

  constructor(field: string) {
    super(field);
    this.field = field;
  }
}

/** The evidence of one case, read and decoded. Throws CaseProblem and UndecodableEvidence. */
export class CaseEvidence {
  private readonly files = new CaseFiles();
  private readonly fields: CaseFields;

  constructor(fields: CaseFields) {
    this.fields = fields;
  }

  octets(field: string): Uint8Array {
    return this.files.read(field, this.fields.text(field));
  }

  der(field: string, kind: FileKind): Uint8Array {
    return decoded(field, () => this.files.readFirst(field, this.fields.text(field), kind));
  }

  certificate(field: string): Certificate {
    const der = this.der(field, 'certificate');
    return decoded(field, () => decodeCertificate(der));
  }

  crl(field: string): Crl {
    const der = this.der(field, 'crl');
    return decoded(field, () => decodeCrl(der));
  }

  /** Every certificate must decode: whoever trusts one wants to know that it is not what he thinks. */
  anchors(): readonly Certificate[] {
    if (!this.fields.has('anchors')) throw new CaseProblem('"anchors" is missing');
    return this.fields
      .texts('anchors')
      .flatMap((path) => decoded('anchors', () => this.files.readAll('anchors', path, 'certificate')))
      .map((der) => decoded('anchors', () => decodeCertificate(der)));
  }

  /** What does not decode is passed over: it helps nobody, and a stranger's must not stand in the way. */
  untrusted(): readonly Certificate[] {
    return this.usable('untrusted', 'certificate', decodeCertificate);
  }

  crls(): readonly Crl[] {
    return this.usable('crls', 'crl', decodeCrl);
  }

  each(field: string, kind: FileKind): readonly Uint8Array[] {
    return this.usable(field, kind, (der) => der);
  }

  private usable<T>(field: string, kind: FileKind, decode: (der: Uint8Array) => T): readonly T[] {
    return this.fields.texts(field).flatMap((path) => {
      const blocks = orNothing(() => this.files.readAll(field, path, kind)) ?? [];
      return blocks.flatMap((der) => orNothing(() => decode(der)) ?? []);
    });
  }
}

export function decoded<T>(field: string, decode: () => T): T {
  const value = orNothing(decode);
  if (value === undefined) throw new UndecodableEvidence(field);
  return value;
}

function orNothing<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

export const PATH_SETTINGS = [
  'initialPolicySet',
  'initialExplicitPolicy',
  'initialPolicyMappingInhibit',
  'initialAnyPolicyInhibit',
  'revocation',
  'legacyAlgorithms',
] as const;

const OBJECT_IDENTIFIER = /^[0-2](\.(0|[1-9]\d*))+$/;

/** RFC 5280 §6.1.1 (c) to (g), as in a case. */
export function readPathSettings(settings: CaseFields): PathSettings {
  const policies = settings.has('initialPolicySet') ? settings.texts('initialPolicySet') : ['2.5.29.32.0'];
  if (policies.length === 0 || !policies.every((policy) => OBJECT_IDENTIFIER.test(policy)))
    throw new CaseProblem('"settings.initialPolicySet" must hold object identifiers');
  return {
    initialPolicySet: policies,
    initialExplicitPolicy: settings.flag('initialExplicitPolicy'),
    initialPolicyMappingInhibit: settings.flag('initialPolicyMappingInhibit'),
    initialAnyPolicyInhibit: settings.flag('initialAnyPolicyInhibit'),
    legacyAlgorithms: settings.flag('legacyAlgorithms'),
  };
}

/** The service's own bounds where nextUpdate is absent; a case has no clocks that could differ. */
export const CRL_FRESHNESS = { maxAgeSeconds: 129_600, clockSkewSeconds: 0 } as const;
export const OCSP_FRESHNESS = { maxAgeSeconds: 3_600, clockSkewSeconds: 0 } as const;
