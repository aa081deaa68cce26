import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { encodeUtf8 } from '../../../src/core/der/strings.ts';
import * as tags from '../../../src/core/der/tags.ts';
import { encodeElement } from '../../../src/core/der/writer.ts';
import { type AttributesDecoded, decodeAttributes } from '../../../src/core/jpki/attributes.ts';
import type { GeneralName } from '../../../src/core/x509/name.ts';

const ARC = '1.2.392.200149.8.5.5';
const otherName = (typeId: string, text: string, tag = tags.UTF8_STRING): GeneralName => ({
  type: 'otherName',
  typeId,
  value: encodeElement(tag, encodeUtf8(text)),
});

const HONEST: Record<string, string> = {
  '1': '見本　太郎',
  '4': '319800217',
  '3': '1',
  '5': '見本県見本市見本町１－１',
  '2': '00000',
  '6': '000000000000',
};
/** In the encoded order of issued certificates. */
function names(changes: Record<string, string | undefined> = {}): GeneralName[] {
  const merged = { ...HONEST, ...changes };
  return ['1', '4', '3', '5', '2', '6'].flatMap((arc) => {
    const text = merged[arc];
    return text === undefined ? [] : [otherName(`${ARC}.${arc}`, text)];
  });
}
function decoded(generalNames: GeneralName[]): Extract<AttributesDecoded, { ok: true }> {
  const outcome = decodeAttributes(generalNames);
  if (!outcome.ok) throw new Error(outcome.reason);
  return outcome;
}

describe('decodeAttributes', () => {
  it('reads the four attributes', () => {
    expect(decoded(names())).toEqual({
      ok: true,
      warnings: [],
      attributes: {
        name: '見本　太郎',
        nameSubstitutedAt: [],
        address: '見本県見本市見本町１－１',
        addressSubstitutedAt: [],
        dateOfBirth: { era: 'showa', year: 1980, month: 2, day: 17, value: '1980-02-17', raw: '319800217' },
        gender: 'male',
        genderRaw: '1',
        additional: [],
      },
    });
  });

  it('does not ask for an order', () => {
    expect(decoded(names().reverse())).toEqual(decoded(names()));
  });

  it.each([
    ['1', 'male'],
    ['2', 'female'],
    ['3', 'unknown'],
    ['0', 'other'],
    ['9', 'other'],
    ['', 'other'],
    ['constructor', 'other'],
    ['__proto__', 'other'],
  ])('gender %s is %s', (raw, gender) => {
    const { attributes, warnings } = decoded(names({ '3': raw }));
    expect(attributes).toMatchObject({ gender, genderRaw: raw });
    expect(warnings).toEqual(gender === 'other' ? ['gender-other'] : []);
  });

  it('tells substitute positions by character, not by UTF-16 unit', () => {
    const { attributes, warnings } = decoded(names({ '1': '𠮷田　花子', '2': '10001' }));
    expect(attributes.nameSubstitutedAt).toEqual([0, 4]);
    expect(warnings).toEqual([]);
  });

  it('tells positions in the address', () => {
    expect(decoded(names({ '6': '001000000001' })).attributes.addressSubstitutedAt).toEqual([2, 11]);
  });

  it.each([
    ['too long', { '2': '0'.repeat(41) }, ['name-substitutes-length'], []],
    ['too long, with a one where no character is', { '2': '010001' }, ['name-substitutes-length'], [1]],
    ['too short', { '2': '01' }, ['name-substitutes-length'], [1]],
    ['not flags', { '2': '00x1 ' }, ['name-substitutes-malformed'], [3]],
    ['absent', { '2': undefined }, ['name-substitutes-absent'], []],
    ['empty', { '2': '' }, ['name-substitutes-length'], []],
  ])('warns of substitute flags that are %s and fails nothing', (_, changes, warnings, positions) => {
    const outcome = decoded(names(changes));
    expect(outcome.warnings).toEqual(warnings);
    expect(outcome.attributes.nameSubstitutedAt).toEqual(positions);
  });

  it('passes on the warnings of the birth date', () => {
    expect(decoded(names({ '4': '319800200' })).warnings).toEqual(['date-of-birth-incomplete']);
  });

  it('keeps unknown otherNames', () => {
    const more: GeneralName[] = [
      otherName(`${ARC}.7`, 'ミホン　タロウ'),
      { type: 'otherName', typeId: '1.2.3', value: Uint8Array.of(2, 1, 5) },
      { type: 'otherName', typeId: '1.2.4', value: Uint8Array.of(0x0c, 5, 1) },
    ];
    const { attributes, warnings } = decoded([...names(), ...more]);
    expect(attributes.additional).toEqual([
      { typeId: `${ARC}.7`, text: 'ミホン　タロウ', value: null },
      { typeId: '1.2.3', text: null, value: 'AgEF' },
      { typeId: '1.2.4', text: null, value: 'DAUB' },
    ]);
    expect(warnings).toEqual(['additional-attributes']);
  });

  it('passes over general names of other types', () => {
    expect(decoded([{ type: 'rfc822Name', value: 'a@example.jp' }, ...names()])).toEqual(decoded(names()));
  });

  it.each([
    ['1', 'jpki-pd-commonName'],
    ['2', 'jpki-pd-substituteCharacterOfCommonName'],
    ['3', 'jpki-pd-gender'],
    ['4', 'jpki-pd-dateOfBirth'],
    ['5', 'jpki-pd-address'],
    ['6', 'jpki-pd-substituteCharacterOfAddress'],
  ])('refuses .%s twice, and as another string type', (arc, of) => {
    const again = otherName(`${ARC}.${arc}`, '1');
    expect(decodeAttributes([...names(), again])).toEqual({ ok: false, reason: 'duplicate', of });
    const printable = otherName(`${ARC}.${arc}`, '1', tags.PRINTABLE_STRING);
    expect(decodeAttributes([printable])).toEqual({ ok: false, reason: 'malformed', of });
  });

  it('refuses text that is not UTF-8', () => {
    const value = Uint8Array.of(tags.UTF8_STRING, 1, 0xff);
    const outcome = decodeAttributes([{ type: 'otherName', typeId: `${ARC}.1`, value }]);
    expect(outcome).toEqual({ ok: false, reason: 'malformed', of: 'jpki-pd-commonName' });
  });

  it.each(['1', '3', '4', '5'])('refuses when .%s is absent', (arc) => {
    expect(decodeAttributes(names({ [arc]: undefined }))).toMatchObject({ ok: false, reason: 'absent' });
  });

  it('refuses when there is no subjectAltName', () => {
    expect(decodeAttributes(undefined)).toEqual({ ok: false, reason: 'absent', of: null });
    expect(decodeAttributes([])).toEqual({ ok: false, reason: 'absent', of: 'jpki-pd-commonName' });
  });

  it('never throws, whatever the values are', () => {
    const arc = fc.constantFrom('1', '2', '3', '4', '5', '6', '7');
    const value = fc.oneof(
      fc.uint8Array({ maxLength: 24 }),
      fc.string({ unit: 'binary', maxLength: 12 }).map((text) => encodeElement(tags.UTF8_STRING, encodeUtf8(text))),
    );
    const anyName = fc.tuple(arc, value).map(
      ([a, v]): GeneralName => ({
        type: 'otherName',
        typeId: `${ARC}.${a}`,
        value: v,
      }),
    );
    fc.assert(
      fc.property(fc.array(anyName, { maxLength: 8 }), (generalNames) => {
        const outcome = decodeAttributes(generalNames);
        if (!outcome.ok) return;
        const texts = outcome.attributes;
        expect(texts.dateOfBirth.raw).toEqual(expect.any(String));
        expect(texts.nameSubstitutedAt.every((index) => Number.isInteger(index))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
