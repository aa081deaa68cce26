export async function grant(trx, login) {
  await trx.raw(`grant select, insert, update, delete on note to ${login}`);
  await trx.raw(`grant select, insert on journal to ${login}`);
}
