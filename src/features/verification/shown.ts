import type { CertifiedAttributes } from '../../core/jpki/attributes.ts';
import type { ServiceResult } from '../service-result.ts';
import type { AttributeName, Caller } from '../tenants/caller.ts';
import type { CertificateResponse, VerificationResponse } from './wire.ts';

/** What a tenant's policy withholds is null, or an empty list. */
type Withheld<T> = { readonly [Key in keyof T]: T[Key] | (T[Key] extends readonly unknown[] ? never : null) };

/** An answer as the tenant is shown it. */
export interface ShownVerification extends Omit<VerificationResponse, 'certificate' | 'attributes'> {
  readonly certificate: (Omit<CertificateResponse, 'serialNumberMac'> & { serialNumberMac: string | null }) | null;
  readonly attributes: Withheld<CertifiedAttributes> | null;
}

const ALL_FOUR = 4;

/** The answer without what the caller's policy withholds; applied whenever one is given, so that a change works backwards. */
export function shownTo(
  { policy }: Caller,
  result: ServiceResult<VerificationResponse>,
): ServiceResult<ShownVerification> {
  const { attributesReturned, serialNumberMacShown } = policy;
  if (!result.ok || (serialNumberMacShown && attributesReturned.length === ALL_FOUR)) return result;
  const { certificate, attributes } = result.value;
  return {
    ...result,
    value: {
      ...result.value,
      certificate: certificate === null || serialNumberMacShown ? certificate : withoutMacs(certificate),
      attributes: attributes === null ? null : withhold(attributes, attributesReturned),
    },
  };
}

function withoutMacs({ formerSerialNumberMac: _, ...certificate }: CertificateResponse) {
  return { ...certificate, serialNumberMac: null };
}

/** Those beyond the four are shown only where all four are. */
function withhold(attributes: CertifiedAttributes, shown: readonly AttributeName[]): Withheld<CertifiedAttributes> {
  const { name, nameSubstitutedAt, address, addressSubstitutedAt, dateOfBirth, gender, genderRaw } = attributes;
  const has = (attribute: AttributeName) => shown.includes(attribute);
  return {
    name: has('name') ? name : null,
    nameSubstitutedAt: has('name') ? nameSubstitutedAt : [],
    address: has('address') ? address : null,
    addressSubstitutedAt: has('address') ? addressSubstitutedAt : [],
    dateOfBirth: has('dateOfBirth') ? dateOfBirth : null,
    gender: has('gender') ? gender : null,
    genderRaw: has('gender') ? genderRaw : null,
    additional: shown.length === ALL_FOUR ? attributes.additional : [],
  };
}
