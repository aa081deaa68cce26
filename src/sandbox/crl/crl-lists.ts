import type { CrlContentFault } from '../faults/fault.ts';
import { lastBitFlipped, malformed, truncated } from '../faults/spoil.ts';
import { type Authority, allAuthorities } from '../japan/authorities.ts';
import { DAY_MS, wholeSecond } from '../japan/calendar.ts';
import { MUNICIPALITIES, type Municipality } from '../japan/municipalities.ts';
import type { Register } from '../japan/register.ts';
import { integerOctets } from '../pki/asn1.ts';
import { type CrlEntry, issueCrl, issuingDistributionPoint } from '../pki/crl.ts';
import { crlNumber, type Extension, keyIdentifierOnly, unknownExtension } from '../pki/extensions.ts';
import { caName, distributionPointName } from '../pki/names.ts';

/** Published once a day by J-LIS (revocation.md §3). */
export const CRL_LIFETIME_MS = DAY_MS;

/** One list: of one municipality by one CA key. */
export interface CrlPlace {
  readonly name: string;
  readonly ca: Authority;
  readonly municipality: Municipality;
}

export const crlPlaces = (register: Register): readonly CrlPlace[] =>
  allAuthorities(register.keys).flatMap((ca) =>
    MUNICIPALITIES.map((municipality) => ({
      name: `${ca.kind}-${ca.generation}-${municipality.code}.crl`,
      ca,
      municipality,
    })),
  );

function entriesOf(register: Register, { ca, municipality }: CrlPlace): readonly CrlEntry[] {
  return register.state.certificates.flatMap((record) => {
    const here =
      record.kind === ca.kind && record.generation === ca.generation && record.municipality === municipality.code;
    if (!here || record.revoked === null) return [];
    return [{ serial: Buffer.from(record.serial, 'hex'), revokedAt: record.revoked.at, reason: record.revoked.reason }];
  });
}

/** Another municipality than this one. */
const elsewhere = ({ municipality }: CrlPlace): Municipality =>
  MUNICIPALITIES.find(({ code }) => code !== municipality.code) as Municipality;

function extensionsOf(register: Register, place: CrlPlace, faults: readonly CrlContentFault[]): readonly Extension[] {
  const { ca } = place;
  const { prefecture, city } = faults.includes('other-distribution-point') ? elsewhere(place) : place.municipality;
  const scope = issuingDistributionPoint({ distributionPoint: distributionPointName(ca.kind, prefecture, city) });
  return [
    keyIdentifierOnly(ca.key.keyIdentifier),
    crlNumber(integerOctets(register.state.crlNumber)),
    ...(faults.includes('no-distribution-point') ? [] : [scope]),
    ...(faults.includes('unknown-critical-extension') ? [unknownExtension(true)] : []),
  ];
}

/** DER of the list as of `now`. A stale, future or foreign list keeps silent about every revocation. */
export function buildCrl(
  register: Register,
  place: CrlPlace,
  faults: readonly CrlContentFault[],
  now: number,
): Uint8Array {
  const has = (fault: CrlContentFault) => faults.includes(fault);
  const shift = has('stale') ? -3 * DAY_MS : has('future') ? 3 * DAY_MS : 0;
  const thisUpdate = wholeSecond(now) + shift;
  const silent = has('stale') || has('future') || has('wrong-signer') || has('no-distribution-point');
  const to = {
    issuer: caName(place.ca.kind),
    thisUpdate,
    nextUpdate: thisUpdate + CRL_LIFETIME_MS,
    entries: silent ? [] : entriesOf(register, place),
    extensions: extensionsOf(register, place, faults),
  };
  const list = issueCrl(to, has('wrong-signer') ? register.keys.get('attacker-ca') : place.ca.key);
  if (has('bad-signature')) return lastBitFlipped(list);
  if (has('truncated')) return truncated(list);
  return has('malformed') ? malformed(list) : list;
}
