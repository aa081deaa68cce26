import { createHash } from 'node:crypto';
import type { KeyRing } from '../keys/key-ring.ts';
import { integerOctets } from '../pki/asn1.ts';
import { issueCertificate } from '../pki/certificate.ts';
import type { Reason } from '../pki/crl.ts';
import type { Kind } from '../pki/names.ts';
import type { SigningKey } from '../pki/signing-key.ts';
import { authority, type Generation, generationAt, KINDS } from './authorities.ts';
import { endOfValidity, wholeSecond } from './calendar.ts';
import { type Attributes, leafOf, type Medium } from './leaf.ts';
import { municipality } from './municipalities.ts';

/** One certificate that was issued. `serial`: content octets in hexadecimal; times in milliseconds; `der` in base64. */
export interface CertificateRecord {
  readonly serial: string;
  readonly kind: Kind;
  readonly medium: Medium;
  readonly generation: Generation;
  readonly residentId: string;
  readonly municipality: string;
  readonly keyName: string;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly der: string;
  revoked: { readonly at: number; readonly reason: Reason } | null;
}

/** A card or a smartphone and the serials of the certificates that are on it now. */
export interface Token {
  readonly medium: Medium;
  readonly keyType: 'rsa' | 'p384';
  readonly certificates: Partial<Record<Kind, string>>;
}

export interface Resident {
  readonly id: string;
  readonly note: string;
  attributes: Attributes;
  municipality: string;
  alive: boolean;
  readonly tokens: Token[];
}

/** All that a restart must find again. */
export interface State {
  readonly version: 1;
  readonly serials: Record<string, number>;
  crlNumber: number;
  readonly residents: Resident[];
  readonly certificates: CertificateRecord[];
  generatedKeys: Record<string, string>;
}

export interface Issue {
  readonly at: number;
  readonly generation?: Generation;
  readonly birthdays?: number;
  readonly notAfter?: number;
}

/** The pretend J-LIS's books: who lives where, what was issued, what was revoked. */
export interface Register {
  readonly state: State;
  readonly keys: KeyRing;
  resident(id: string): Resident | undefined;
  certificate(kind: Kind, serial: string): CertificateRecord | undefined;
  certificateOn(token: Token, kind: Kind): CertificateRecord | undefined;
  issue(resident: Resident, token: Token, kind: Kind, issue: Issue): Promise<CertificateRecord>;
  revoke(certificate: CertificateRecord, at: number, reason: Reason): void;
}

/** Counted serials of four octets, beginning where the seed says; the generations share a name, so never a number. */
function firstSerial(seed: string, kind: Kind, generation: Generation): number {
  const digest = createHash('sha256').update(`${seed}/${kind}/${generation}`).digest();
  return (generation === 1 ? 0x01000000 : 0x06000000) + (digest.readUInt32BE(0) & 0x007fffff);
}

export function emptyState(seed: string): State {
  const serials: Record<string, number> = {};
  for (const kind of KINDS) {
    serials[`${kind}/1`] = firstSerial(seed, kind, 1);
    serials[`${kind}/2`] = firstSerial(seed, kind, 2);
  }
  return { version: 1, serials, crlNumber: 1, residents: [], certificates: [], generatedKeys: {} };
}

export function openRegister(state: State, keys: KeyRing): Register {
  const residents = new Map(state.residents.map((resident) => [resident.id, resident]));
  const certificates = new Map(state.certificates.map((record) => [`${record.kind}/${record.serial}`, record]));

  const takeSerial = (kind: Kind, generation: Generation): Uint8Array => {
    const counter = `${kind}/${generation}`;
    const serial = state.serials[counter] as number;
    state.serials[counter] = serial + 1;
    return integerOctets(serial);
  };

  const takeKey = async (token: Token, kind: Kind): Promise<SigningKey> => {
    if (token.keyType === 'rsa') return keys.take();
    return keys.get(kind === 'digital-signature' ? 'next-resident-p384' : 'next-resident-p384-auth');
  };

  const issue: Register['issue'] = async (resident, token, kind, { at, generation, birthdays, notAfter }) => {
    const key = await takeKey(token, kind);
    state.generatedKeys = { ...keys.generated };
    const ca = authority(keys, kind, generation ?? generationAt(at));
    const serial = takeSerial(kind, ca.generation);
    const notBefore = wholeSecond(at);
    const leaf = {
      medium: token.medium,
      serial,
      notBefore,
      notAfter: notAfter ?? endOfValidity(notBefore, resident.attributes.dateOfBirth, birthdays),
      municipality: municipality(resident.municipality),
      attributes: resident.attributes,
      key,
    };
    const record: CertificateRecord = {
      serial: Buffer.from(serial).toString('hex'),
      kind,
      medium: token.medium,
      generation: ca.generation,
      residentId: resident.id,
      municipality: resident.municipality,
      keyName: key.name,
      notBefore,
      notAfter: leaf.notAfter,
      der: Buffer.from(issueCertificate(leafOf(ca, leaf), ca.key)).toString('base64'),
      revoked: null,
    };
    state.certificates.push(record);
    certificates.set(`${kind}/${record.serial}`, record);
    token.certificates[kind] = record.serial;
    return record;
  };

  return {
    state,
    keys,
    resident: (id) => {
      const known = residents.get(id) ?? state.residents.find((resident) => resident.id === id);
      if (known !== undefined) residents.set(id, known);
      return known;
    },
    certificate: (kind, serial) => certificates.get(`${kind}/${serial}`),
    certificateOn: (token, kind) => {
      const serial = token.certificates[kind];
      return serial === undefined ? undefined : certificates.get(`${kind}/${serial}`);
    },
    issue,
    // The first revocation stands: J-LIS never lifts one, nor changes its date (revocation.md §7).
    revoke: (certificate, at, reason) => {
      certificate.revoked ??= { at: wholeSecond(at), reason };
    },
  };
}
