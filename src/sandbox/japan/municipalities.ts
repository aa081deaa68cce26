/** Real municipalities with their 全国地方公共団体コード (five digits, without check digit) and the romaji of the certificates. */
export interface Municipality {
  readonly code: string;
  readonly prefecture: string;
  readonly city: string;
  /** How an address there begins. */
  readonly japanese: string;
}

export const MUNICIPALITIES: readonly Municipality[] = [
  { code: '01101', prefecture: 'Hokkaido', city: 'Sapporo-shi-Chuo-ku', japanese: '北海道札幌市中央区' },
  { code: '08220', prefecture: 'Ibaraki-ken', city: 'Tsukuba-shi', japanese: '茨城県つくば市' },
  { code: '13113', prefecture: 'Tokyo-to', city: 'Shibuya-ku', japanese: '東京都渋谷区' },
  { code: '13221', prefecture: 'Tokyo-to', city: 'Kiyose-shi', japanese: '東京都清瀬市' },
  { code: '14104', prefecture: 'Kanagawa-ken', city: 'Yokohama-shi-Naka-ku', japanese: '神奈川県横浜市中区' },
  { code: '26102', prefecture: 'Kyoto-fu', city: 'Kyoto-shi-Kamigyo-ku', japanese: '京都府京都市上京区' },
  { code: '27127', prefecture: 'Osaka-fu', city: 'Osaka-shi-Kita-ku', japanese: '大阪府大阪市北区' },
  { code: '47201', prefecture: 'Okinawa-ken', city: 'Naha-shi', japanese: '沖縄県那覇市' },
];

export function municipality(code: string): Municipality {
  const found = MUNICIPALITIES.find((candidate) => candidate.code === code);
  if (found === undefined) throw new Error('no such municipality in the sandbox');
  return found;
}
