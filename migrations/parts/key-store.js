import { isolateTenant } from './tenant-isolation.js';

/**
 * Keys of single records, each wrapped under a key of its tenant: once a row is gone, nobody opens the record. In a schema of
 * its own, so that a backup of the data leaves it out (pg_dump --exclude-schema), and in the same database, so that a record
 * and its key come and go in one transaction.
 */
export async function createKeyStore(knex) {
  await knex.raw(`
    create schema key_store;
    comment on schema key_store is 'left out of the backup of the data; its own backups live KEY_STORE_BACKUP_DAYS';
    create table key_store.record_key (
      tenant_id uuid not null,
      record_id text collate "C" not null,
      purpose text not null,
      wrapped bytea not null,
      -- no foreign key: a restored record whose key is gone stays without one
      primary key (tenant_id, record_id)
    );
    comment on column key_store.record_key.record_id is 'of a verification, with its evidence, or of a subject, with what is on file of it';
    comment on column key_store.record_key.purpose is 'of the tenant''s data key that wraps it';
    alter table key_store.record_key alter column wrapped set storage external;
    -- one dead row is enough for the vacuum of the next minute: its octets wait for nothing else
    alter table key_store.record_key set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 0);
    ${isolateTenant('key_store.record_key')}
  `);
}
