export async function grant(trx, login) {
  await trx.raw(`grant select on note to ${login}`);
}
