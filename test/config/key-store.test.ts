import { expect, it } from '@jest/globals';
import { parseConfig } from '../../src/config.ts';

const parse = (env: Record<string, string>) => parseConfig(env, () => '');

it('keeps backups of the key store for 30 days unless fewer are set, wherever the server keeps its tables', () => {
  expect(parse({})).toMatchObject({ ok: true, config: { keyStore: { tablespace: undefined, backupDays: 30 } } });
  const set = { KEY_STORE_BACKUP_DAYS: '7', KEY_STORE_TABLESPACE: 'apart' };
  expect(parse(set)).toMatchObject({ ok: true, config: { keyStore: { tablespace: 'apart', backupDays: 7 } } });
});

it.each([
  [{ KEY_STORE_BACKUP_DAYS: '31' }, /^KEY_STORE_BACKUP_DAYS must be a whole number from 1 to 30/],
  [{ KEY_STORE_BACKUP_DAYS: '0' }, /^KEY_STORE_BACKUP_DAYS must be/],
  [{ KEY_STORE_TABLESPACE: 'pg_default' }, /^KEY_STORE_TABLESPACE must be the name of a table space/],
  [{ KEY_STORE_TABLESPACE: 'a"b' }, /^KEY_STORE_TABLESPACE must be/],
  [{ KEY_STORE_DAYS: '3' }, /^KEY_STORE_DAYS is not a setting/],
])('%j is refused with a sentence', (env, sentence) => {
  expect(parse(env as Record<string, string>)).toMatchObject({
    ok: false,
    problems: [expect.stringMatching(sentence)],
  });
});
