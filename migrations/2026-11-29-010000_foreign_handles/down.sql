ALTER TABLE passkeys DROP COLUMN foreign_handle;
