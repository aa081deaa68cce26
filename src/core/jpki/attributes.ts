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
type ProfileName =
  | 'jpki-pd-commonName'
  | 'jpki-pd-substituteCharacterOfCommonName'
  | 'jpki-pd-gender'
  | 'jpki-pd-dateOfBirth'
  | 'jpki-pd-address'
  | 'jpki-pd-substituteCharacterOfAddress';
/** JPKI profile 3.2. The encoded order is .1 .4 .3 .5 .2 .6; attributes are found by their type-id alone. */
const PROFILE_NAMES: ReadonlyMap<string, ProfileName> = new Map([
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
  const characters = countCharacters(text);
  const substitutedAt: number[] = [];
  let wellFormed = true;
  let index = 0;
  for (const flag of flags) {
    if (flag === '1' && index < characters) substitutedAt.push(index);
    else if (flag !== '0' && flag !== '1') wellFormed = false;
    index++;
  }
  if (!wellFormed) warnings.push(`${of}-substitutes-malformed`);
  if (index !== characters) warnings.push(`${of}-substitutes-length`);
  return substitutedAt;
}

/** Code points of text that was UTF-8: every code unit but the second ones of surrogate pairs. */
function countCharacters(text: string): number {
  let count = 0;
  for (let i = 0; i < text.length; i++) if ((text.charCodeAt(i) & 0xfc00) !== 0xdc00) count++;
  return count;
}

type Texts = { [name in ProfileName]?: string };

/** Reads the otherNames of a subjectAltName; other general names say nothing about a person and are passed over. */
export function decodeAttributes(subjectAltName: readonly GeneralName[] | undefined): AttributesDecoded {
  if (subjectAltName === undefined) return { ok: false, reason: 'absent', of: null };
  const texts: Texts = {};
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
    if (texts[profileName] !== undefined) return { ok: false, reason: 'duplicate', of: profileName };
    texts[profileName] = text;
  }
  return interpret(texts, additional);
}

function interpret(texts: Texts, additional: readonly AdditionalAttribute[]): AttributesDecoded {
  const name = texts['jpki-pd-commonName'];
  const address = texts['jpki-pd-address'];
  const birthText = texts['jpki-pd-dateOfBirth'];
  const genderRaw = texts['jpki-pd-gender'];
  if (name === undefined) return absent('jpki-pd-commonName');
  if (address === undefined) return absent('jpki-pd-address');
  if (birthText === undefined) return absent('jpki-pd-dateOfBirth');
  if (genderRaw === undefined) return absent('jpki-pd-gender');
  const gender = GENDERS.get(genderRaw) ?? 'other';
  const birth = decodeDateOfBirth(birthText);
  const warnings: AttributeWarning[] = [...birth.warnings];
  if (gender === 'other') warnings.push('gender-other');
  if (additional.length > 0) warnings.push('additional-attributes');
  const nameFlags = texts['jpki-pd-substituteCharacterOfCommonName'];
  const nameSubstitutedAt = substitutes(nameFlags, name, 'name', warnings);
  const addressFlags = texts['jpki-pd-substituteCharacterOfAddress'];
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

const absent = (of: ProfileName): AttributesDecoded => ({ ok: false, reason: 'absent', of });
