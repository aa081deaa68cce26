import type { Sentinels } from './sentinels.ts';

const text = (...words: readonly string[]): readonly Uint8Array[] => words.map((word) => Buffer.from(word));
const schema = '/components/schemas';
const verify = `${schema}/VerifyRequest/properties`;
const attributes = `${schema}/Attributes/properties`;

export const REFERENCE = 'SENTINEL-REFERENCE 申込 1';
export const KEY = 'SENTINEL-IDEMPOTENCY-KEY';
export const TEXT = 'SENTINEL-TEXT 見本　番人 agrees';
export const NAME = '番人　シルシ';
export const ADDRESS = '東京都清瀬市架空町８丁目７番６号';
export const BIRTH = '319790813';
export const GENDER_RAW = 'SENTINEL-GENDER';
export const ADDITIONAL_TEXT = 'SENTINEL-KANA バンニン';
export const ADDITIONAL_VALUE = 'SENTINEL-OTHER-NAME';
/** Contents that are signed, and what stands in fields that are refused. */
export const OCTETS = {
  rawContent: 'SENTINEL-RAW-CONTENT',
  attached: 'SENTINEL-CMS-ATTACHED',
  detached: 'SENTINEL-CMS-DETACHED',
  unreadableCertificate: 'SENTINEL-CERTIFICATE',
  unreadableContainer: 'SENTINEL-CONTAINER',
  signature: 'SENTINEL-SIGNATURE',
  app: 'SENTINEL-APP-VALUE',
  appContent: 'SENTINEL-APP-CONTENT',
  pdf: 'SENTINEL-PDF',
  xml: 'SENTINEL-XML',
} as const;
/** Objects that are not taken yet, each with one word inside. */
export const NOT_YET = {
  declared: 'SENTINEL-DECLARED',
  cardInput: 'SENTINEL-CARD-INPUT',
  cardFace: 'SENTINEL-CARD-FACE',
  face: 'SENTINEL-FACE',
  consent: 'SENTINEL-CONSENT',
} as const;

/**
 * What goes through each field that openapi.yaml marks `x-personal: true`, by its JSON Pointer there. A field that is marked
 * and not named here fails the test, and so does a name here that no request or answer of the test carries.
 */
export const PERSONAL: Sentinels = {
  '/components/parameters/IdempotencyKey/schema': text(KEY),
  [`${schema}/Reference`]: text(REFERENCE),
  [`${schema}/VerificationSummary/properties/reference`]: text(REFERENCE),
  [`${schema}/ChallengeRequest/properties/text`]: text(TEXT),
  [`${schema}/ChallengeResponse/properties/content`]: text(TEXT),
  [`${verify}/declared`]: text(NOT_YET.declared),
  [`${verify}/cardInput`]: text(NOT_YET.cardInput),
  [`${verify}/cardFace`]: text(NOT_YET.cardFace),
  [`${verify}/face`]: text(NOT_YET.face),
  [`${verify}/consent`]: text(NOT_YET.consent),
  [`${schema}/raw/properties/value`]: text(OCTETS.signature),
  [`${schema}/raw/properties/certificate`]: text(OCTETS.unreadableCertificate),
  [`${schema}/raw/properties/content`]: text(OCTETS.rawContent),
  [`${schema}/cms/properties/value`]: text(OCTETS.attached, OCTETS.unreadableContainer),
  [`${schema}/cms/properties/content`]: text(OCTETS.detached),
  [`${schema}/digital-auth-app/properties/value`]: text(OCTETS.app),
  [`${schema}/digital-auth-app/properties/content`]: text(OCTETS.appContent),
  [`${schema}/pdf/properties/value`]: text(OCTETS.pdf),
  [`${schema}/xml/properties/value`]: text(OCTETS.xml),
  [`${schema}/Attributes`]: text(NAME, ADDRESS, BIRTH),
  [`${attributes}/name`]: text(NAME),
  [`${attributes}/address`]: text(ADDRESS),
  [`${attributes}/dateOfBirth`]: text(BIRTH, '1979-08-13'),
  [`${schema}/DateOfBirth`]: text(BIRTH, '1979-08-13'),
  // of a closed set of words: this one stands nowhere else
  [`${attributes}/gender`]: text('female'),
  [`${attributes}/genderRaw`]: text(GENDER_RAW),
  [`${attributes}/additional`]: text(ADDITIONAL_TEXT),
  [`${attributes}/additional/items/properties/text`]: text(ADDITIONAL_TEXT),
  [`${attributes}/additional/items/properties/value`]: text(ADDITIONAL_VALUE),
};
