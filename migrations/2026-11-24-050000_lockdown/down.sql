ALTER TABLE users DROP COLUMN locked_down_at;
