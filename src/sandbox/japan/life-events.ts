import type { Reason } from '../pki/crl.ts';
import type { Kind } from '../pki/names.ts';
import { KINDS } from './authorities.ts';
import { DAY_MS, endOfValidity } from './calendar.ts';
import type { Medium } from './leaf.ts';
import type { CertificateRecord, Register, Resident, Token } from './register.ts';

export type LifeEvent =
  | { readonly type: 'move'; readonly address: string; readonly municipality?: string; readonly reissue?: boolean }
  | { readonly type: 'rename'; readonly name: string; readonly reissue?: boolean }
  | { readonly type: 'loss'; readonly medium?: Medium; readonly misuseFeared?: boolean }
  | { readonly type: 'renewal'; readonly medium?: Medium }
  | { readonly type: 'death' }
  | { readonly type: 'surrender'; readonly medium?: Medium }
  | { readonly type: 'discard'; readonly medium?: Medium }
  | { readonly type: 'expiry'; readonly medium?: Medium };

export interface Consequences {
  readonly revoked: readonly CertificateRecord[];
  readonly issued: readonly CertificateRecord[];
}

/** The reason that J-LIS gives (revocation.md §7); death has no code of its own: no longer needed. */
function reasonOf(event: LifeEvent): Reason {
  switch (event.type) {
    case 'move':
    case 'rename':
      return 'affiliationChanged';
    case 'loss':
      return event.misuseFeared ? 'keyCompromise' : 'certificateHold';
    case 'renewal':
      return 'superseded';
    case 'death':
    case 'surrender':
      return 'cessationOfOperation';
    case 'discard':
    case 'expiry':
      return 'unspecified';
  }
}

/** Six and more years back, the certificate that ended on the last birthday: expired, never revoked. */
export async function endLastBirthday(
  register: Register,
  resident: Resident,
  token: Token,
  kind: Kind,
  now: number,
): Promise<CertificateRecord> {
  const { dateOfBirth } = resident.attributes;
  const at = now - 5 * 365.25 * DAY_MS;
  let notAfter = endOfValidity(at - 30 * DAY_MS, dateOfBirth);
  for (let back = 1; notAfter >= now; back++) notAfter = endOfValidity(at - back * 366 * DAY_MS, dateOfBirth);
  const notBefore = Math.max(notAfter - 5 * 365 * DAY_MS, Date.UTC(2019, 6, 18));
  return register.issue(resident, token, kind, { at: notBefore, generation: 1, notAfter });
}

const tokensOf = (resident: Resident, event: LifeEvent): readonly Token[] => {
  if (event.type === 'death' || event.type === 'move' || event.type === 'rename') return resident.tokens;
  const medium = event.medium ?? 'card';
  return resident.tokens.filter((token) => token.medium === medium);
};

/** A change of the four attributes ends the 署名用 certificate only: the other one holds none (revocation.md §7). */
const kindsOf = (event: LifeEvent): readonly Kind[] =>
  event.type === 'move' || event.type === 'rename' ? ['digital-signature'] : KINDS;

function rewrite(resident: Resident, event: LifeEvent): void {
  if (event.type === 'move') {
    const addressSubstituted = '0'.repeat(Array.from(event.address).length);
    resident.attributes = { ...resident.attributes, address: event.address, addressSubstituted };
    resident.municipality = event.municipality ?? resident.municipality;
  }
  if (event.type === 'rename') {
    const nameSubstituted = '0'.repeat(Array.from(event.name).length);
    resident.attributes = { ...resident.attributes, name: event.name, nameSubstituted };
  }
  if (event.type === 'death') resident.alive = false;
}

const reissues = (event: LifeEvent): boolean =>
  event.type === 'renewal' || ((event.type === 'move' || event.type === 'rename') && event.reissue !== false);

/** What happens to the certificates of a person at `now`. New ones come from the newest CA generation. */
export async function live(
  register: Register,
  resident: Resident,
  event: LifeEvent,
  now: number,
): Promise<Consequences> {
  const revoked: CertificateRecord[] = [];
  const issued: CertificateRecord[] = [];
  rewrite(resident, event);
  for (const token of tokensOf(resident, event)) {
    for (const kind of kindsOf(event)) {
      const certificate = register.certificateOn(token, kind);
      if (certificate === undefined) continue;
      if (event.type === 'expiry') {
        issued.push(await endLastBirthday(register, resident, token, kind, now));
        continue;
      }
      const fresh = certificate.revoked === null;
      register.revoke(certificate, now, reasonOf(event));
      if (fresh) revoked.push(certificate);
      if (reissues(event))
        issued.push(await register.issue(resident, token, kind, { at: now, ...birthdays(certificate, event, now) }));
    }
  }
  return { revoked, issued };
}

/** Renewed within three months of the end, a certificate lasts until the sixth birthday (certificates.md §1). */
const birthdays = (old: CertificateRecord, event: LifeEvent, now: number): { birthdays?: number } =>
  event.type === 'renewal' && old.notAfter > now && old.notAfter - now < 92 * DAY_MS ? { birthdays: 6 } : {};
