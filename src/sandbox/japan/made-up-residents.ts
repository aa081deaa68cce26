import type { Kind } from '../pki/names.ts';
import { KINDS } from './authorities.ts';
import { DAY_MS } from './calendar.ts';
import type { Attributes, Medium } from './leaf.ts';
import { endLastBirthday } from './life-events.ts';
import type { Register, Resident, Token } from './register.ts';

interface MadeUp {
  readonly id: string;
  readonly note: string;
  readonly name: string;
  readonly nameSubstitutedAt?: readonly number[];
  readonly dateOfBirth: string;
  readonly gender: string;
  readonly address: string;
  readonly addressSubstitutedAt?: readonly number[];
  readonly municipality: string;
  readonly tokens?: readonly MadeUpToken[];
}

interface MadeUpToken {
  readonly medium: Medium;
  readonly keyType?: 'p384';
  readonly kinds?: readonly Kind[];
  readonly issuedDaysAgo: number;
  readonly firstGeneration?: true;
  readonly expired?: true;
}

/** Nobody in this list exists; the names say so (見本 sample, 試験 test, 架空 imaginary, 仮名 alias, 例示 example). */
const PEOPLE: readonly MadeUp[] = [
  {
    id: 'mihon-taro',
    note: 'the ordinary case: card of generation 2',
    name: '見本　太郎',
    dateOfBirth: '319800217',
    gender: '1',
    address: '東京都清瀬市架空町１丁目２番３－４０２号',
    municipality: '13221',
  },
  {
    id: 'shiken-hanako',
    note: 'card and smartphone',
    name: '試験　花子',
    dateOfBirth: '419921103',
    gender: '2',
    address: '神奈川県横浜市中区見本台５丁目６番地７',
    municipality: '14104',
    tokens: [
      { medium: 'card', issuedDaysAgo: 200 },
      { medium: 'smartphone', issuedDaysAgo: 90 },
    ],
  },
  {
    id: 'kaku-moji',
    note: 'substitute characters in name and address',
    name: '渡〓　〓一',
    nameSubstitutedAt: [1, 3],
    dateOfBirth: '319481224',
    gender: '1',
    address: '京都府京都市上京区〓小路通架空西入例示町１０１番地',
    addressSubstitutedAt: [9],
    municipality: '26102',
  },
  {
    id: 'suitei-fusho',
    note: 'birth date known by the year alone, gender 3 (unknown)',
    name: '推定　不詳',
    dateOfBirth: '319450000',
    gender: '3',
    address: '沖縄県那覇市例示１丁目１番１号',
    municipality: '47201',
  },
  {
    id: 'seinen-fumei',
    note: 'birth date wholly unknown: era 0 and zeros',
    name: '仮名　ひらがな',
    dateOfBirth: '000000000',
    gender: '2',
    address: '北海道札幌市中央区南一条西９９丁目９９番地９９',
    municipality: '01101',
  },
  {
    id: 'nagai-jusho',
    note: 'the longest address, 200 characters',
    name: '例示　長之介',
    dateOfBirth: '419890108',
    gender: '1',
    address: `茨城県つくば市${'架空字例示小字見本前通学校裏'.repeat(13)}第三見本館９９９９号室`.slice(0, 200),
    municipality: '08220',
  },
  {
    id: 'daiichi-sedai',
    note: 'card of CA generation 1',
    name: '第一　世代',
    dateOfBirth: '319751010',
    gender: '2',
    address: '大阪府大阪市北区試験田２丁目３番４号',
    municipality: '27127',
    tokens: [{ medium: 'card', issuedDaysAgo: 900, firstGeneration: true }],
  },
  {
    id: 'jisedai-card',
    note: 'the next card: key on P-384, signs ES384',
    name: '次世代　試',
    dateOfBirth: '420000229',
    gender: '1',
    address: '東京都渋谷区見本町８番９号　架空ハイツ３０１',
    municipality: '13113',
    tokens: [{ medium: 'card', keyType: 'p384', issuedDaysAgo: 30 }],
  },
  {
    id: 'kodomo-mihon',
    note: 'a child under 15: no 署名用 certificate',
    name: '見本　こども',
    dateOfBirth: '520190501',
    gender: '2',
    address: '東京都清瀬市架空町１丁目２番３－４０２号',
    municipality: '13221',
    tokens: [{ medium: 'card', kinds: ['user-authentication'], issuedDaysAgo: 300 }],
  },
  {
    id: 'kigen-kire',
    note: 'card whose certificates have expired',
    name: '期限　切郎',
    dateOfBirth: '319700315',
    gender: '1',
    address: '東京都渋谷区過去町２番１号',
    municipality: '13113',
    tokens: [{ medium: 'card', issuedDaysAgo: 0, expired: true }],
  },
  {
    id: 'sample-john',
    note: 'foreign resident: name in full-width Roman letters',
    name: 'ＳＡＭＰＬＥ　ＪＯＨＮ　ＭＩＣＨＡＥＬ',
    dateOfBirth: '319830704',
    gender: '1',
    address: '神奈川県横浜市中区架空手町２２７番地　ＴＥＳＴ　ＨＥＩＧＨＴＳ　１０５',
    municipality: '14104',
  },
  {
    id: 'taisho-ume',
    note: 'born in 大正; the card was issued in the year before the hundred-and-first birthday',
    name: '大正　うめ',
    dateOfBirth: '219250110',
    gender: '2',
    address: '北海道札幌市中央区見本通東１丁目',
    municipality: '01101',
  },
];

const flags = (text: string, at: readonly number[] = []): string =>
  Array.from(text, (_, index) => (at.includes(index) ? '1' : '0')).join('');

/** The attributes of a person with their flags: one per Unicode character (certificates.md §4.3). */
export const attributesOf = (person: Omit<MadeUp, 'id' | 'note' | 'municipality' | 'tokens'>): Attributes => ({
  name: person.name,
  nameSubstituted: flags(person.name, person.nameSubstitutedAt),
  dateOfBirth: person.dateOfBirth,
  gender: person.gender,
  address: person.address,
  addressSubstituted: flags(person.address, person.addressSubstitutedAt),
});

/** notBefore of the last leaves of generation 1. */
const FIRST_GENERATION_UNTIL = Date.UTC(2024, 7, 1, 1, 0, 0);

async function handOver(register: Register, resident: Resident, wanted: MadeUpToken, now: number): Promise<void> {
  const token: Token = { medium: wanted.medium, keyType: wanted.keyType ?? 'rsa', certificates: {} };
  resident.tokens.push(token);
  const issuedAt = now - wanted.issuedDaysAgo * DAY_MS;
  const at = wanted.firstGeneration ? Math.min(issuedAt, FIRST_GENERATION_UNTIL) : issuedAt;
  for (const kind of wanted.kinds ?? KINDS) {
    if (wanted.expired) await endLastBirthday(register, resident, token, kind, now);
    else await register.issue(resident, token, kind, { at });
  }
}

/** The first inhabitants, issued relative to `now` so that they are valid whenever the sandbox is first started. */
export async function settle(register: Register, now: number): Promise<void> {
  for (const person of PEOPLE) {
    const resident: Resident = {
      id: person.id,
      note: person.note,
      attributes: attributesOf(person),
      municipality: person.municipality,
      alive: true,
      tokens: [],
    };
    register.state.residents.push(resident);
    for (const wanted of person.tokens ?? [{ medium: 'card', issuedDaysAgo: 400 }]) {
      await handOver(register, resident, wanted, now);
    }
  }
}
