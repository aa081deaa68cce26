import { encodeBase64 } from '../base64.ts';
import { DecodeError } from '../der/decode-error.ts';
import { MAX_CERTIFICATE_SIZE } from '../der/limits.ts';
import { readDer } from '../der/reader.ts';
import { decodeUtf8 } from '../der/strings.ts';
import * as tags from '../der/tags.ts';
import type { GeneralName } from '../x509/name.ts';
import { type DateOfBirth, type DateOfBirthWarning, decodeDateOfBirth } from './date-of-birth.ts';

export type Gender = 'male' | 'female' | 'unknown' | 'other';

/** An otherName that the profile did not define when this was written (kana, 旧氏, …): kept, never dropped. */
export interface AdditionalAttribute {
  /** type-id of the otherName. */
  readonly typeId: string;
  /** The value when it is a UTF8String, else null. */
  readonly text: string | null;
  /** Base64 of the value's DER when it is not a UTF8String, else null. */
  readonly value: string | null;
}

/** The basic four attributes of a 署名用 certificate, as certified: nothing normalised, nothing guessed. */
export interface CertifiedAttributes {
  readonly name: string;
  /** Indexes, from 0 and in Unicode characters (code points), at which a substitute character stands. */
  readonly nameSubstitutedAt: readonly number[];
  readonly address: string;
  readonly addressSubstitutedAt: readonly number[];
  readonly dateOfBirth: DateOfBirth;
  readonly gender: Gender;
  readonly genderRaw: string;
  readonly additional: readonly AdditionalAttribute[];
}

export type AttributeWarning =
  | DateOfBirthWarning
  | 'gender-other'
  | 'name-substitutes-absent'
  | 'name-substitutes-malformed'
  | 'name-substitutes-length'
  | 'address-substitutes-absent'
  | 'address-substitutes-malformed'
  | 'address-substitutes-length'
  | 'additional-attributes';

/** `of`: the profile's name of the attribute concerned, null for the extension as a whole. */
export type AttributesDecoded =
  | { readonly ok: true; readonly attributes: CertifiedAttributes; readonly warnings: readonly AttributeWarning[] }
  | { readonly ok: false; readonly reason: 'absent' | 'duplicate' | 'malformed'; readonly of: string | null };

const ARC = '1.2.392.200149.8.5.5';
/** JPKI profile 3.2. The encoded order is .1 .4 .3 .5 .2 .6; attributes are found by their type-id alone. */
const PROFILE_NAMES: ReadonlyMap<string, string> = new Map([
  [`${ARC}.1`, 'jpki-pd-commonName'],
  [`${ARC}.2`, 'jpki-pd-substituteCharacterOfCommonName'],
  [`${ARC}.3`, 'jpki-pd-gender'],
  [`${ARC}.4`, 'jpki-pd-dateOfBirth'],
  [`${ARC}.5`, 'jpki-pd-address'],
  [`${ARC}.6`, 'jpki-pd-substituteCharacterOfAddress'],
]);
const GENDERS: ReadonlyMap<string, Gender> = new Map([
  ['1', 'male'],
  ['2', 'female'],
  ['3', 'unknown'],
]);

/** The text of a UTF8String, or undefined when the DER is something else. */
function readText(der: Uint8Array): string | undefined {
  try {
    const element = readDer(der, MAX_CERTIFICATE_SIZE);
    return element.tag === tags.UTF8_STRING ? decodeUtf8(element.content) : undefined;
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

function substitutes(flags: string | undefined, text: string, of: 'name' | 'address', warnings: AttributeWarning[]) {
  if (flags === undefined) {
    warnings.push(`${of}-substitutes-absent`);
    return [];
  }
  const positions = [...flags];
  if (positions.some((flag) => flag !== '0' && flag !== '1')) warnings.push(`${of}-substitutes-malformed`);
  const characters = [...text].length;
  if (positions.length !== characters) warnings.push(`${of}-substitutes-length`);
  return positions.flatMap((flag, index) => (flag === '1' && index < characters ? [index] : []));
}

/** Reads the otherNames of a subjectAltName; other general names say nothing about a person and are passed over. */
export function decodeAttributes(subjectAltName: readonly GeneralName[] | undefined): AttributesDecoded {
  if (subjectAltName === undefined) return { ok: false, reason: 'absent', of: null };
  const values = new Map<string, string>();
  const additional: AdditionalAttribute[] = [];
  for (const generalName of subjectAltName) {
    if (generalName.type !== 'otherName') continue;
    const { typeId, value } = generalName;
    const text = readText(value);
    const profileName = PROFILE_NAMES.get(typeId);
    if (profileName === undefined) {
      additional.push({ typeId, text: text ?? null, value: text === undefined ? encodeBase64(value) : null });
      continue;
    }
    if (text === undefined) return { ok: false, reason: 'malformed', of: profileName };
    if (values.has(profileName)) return { ok: false, reason: 'duplicate', of: profileName };
    values.set(profileName, text);
  }
  for (const required of ['jpki-pd-commonName', 'jpki-pd-address', 'jpki-pd-dateOfBirth', 'jpki-pd-gender'])
    if (values.get(required) === undefined) return { ok: false, reason: 'absent', of: required };
  const text = (of: string): string => values.get(of) ?? '';
  const name = text('jpki-pd-commonName');
  const address = text('jpki-pd-address');
  const genderRaw = text('jpki-pd-gender');
  const gender = GENDERS.get(genderRaw) ?? 'other';
  const birth = decodeDateOfBirth(text('jpki-pd-dateOfBirth'));
  const warnings: AttributeWarning[] = [...birth.warnings];
  if (gender === 'other') warnings.push('gender-other');
  if (additional.length > 0) warnings.push('additional-attributes');
  const nameFlags = values.get('jpki-pd-substituteCharacterOfCommonName');
  const nameSubstitutedAt = substitutes(nameFlags, name, 'name', warnings);
  const addressFlags = values.get('jpki-pd-substituteCharacterOfAddress');
  const addressSubstitutedAt = substitutes(addressFlags, address, 'address', warnings);
  const { dateOfBirth } = birth;
  const attributes = {
    name,
    nameSubstitutedAt,
    address,
    addressSubstitutedAt,
    dateOfBirth,
    gender,
    genderRaw,
    additional,
  };
  return { ok: true, attributes, warnings };
}
